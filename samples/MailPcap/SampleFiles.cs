using System.Text;

namespace MailScanBridge.Samples.MailPcap;

/// <summary>Writes the folder samples/mail, except for its README.</summary>
internal static class SampleFiles
{
    public const string Expectations = "expectations.tsv";
    public const string Capture = "all.pcap";

    public static void Write(string directory)
    {
        Directory.CreateDirectory(directory);
        var expectations = new StringBuilder("file\tverdict\treason\n");
        foreach (SampleMail mail in SampleMails.All)
        {
            File.WriteAllBytes(Path.Combine(directory, mail.File), mail.Content);
            expectations.Append(mail.File).Append('\t').Append(mail.Verdict).Append('\t').Append(mail.Reason).Append('\n');
        }

        File.WriteAllText(Path.Combine(directory, Expectations), expectations.ToString());
        using var target = new FileStream(Path.Combine(directory, Capture), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        MailCapture.Write(target, new CaptureOptions { Mails = [.. SampleMails.All.Select(m => new CapturedMail(m.Content, m.End))] });
    }
}
