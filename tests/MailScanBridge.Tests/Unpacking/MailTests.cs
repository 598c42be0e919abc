using System.Text;
using MailScanBridge.Samples.MailPcap;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

public class MailTests
{
    private static readonly byte[] s_secret = "the thing to be found"u8.ToArray();

    private static MailWriter Mail => new("test", 1);

    [Fact]
    public void What_is_in_a_zip_in_a_message_in_a_mail_is_a_part()
    {
        byte[] inner = Mail.Attach("application/zip", "x.zip", new ZipFile().Add("x.txt", s_secret).ToArray()).ToArray();
        using var unpacked = Unpacked.From(Mail.Text("hello").Forward(inner).ToArray());
        Assert.Contains(Encoding.ASCII.GetString(s_secret), unpacked.Contents);
        Assert.Empty(unpacked.Result.Problems);
        Assert.Equal(3, unpacked.Parts.Max(p => p.Depth));
    }

    [Fact]
    public void An_inner_message_is_handed_on_byte_for_byte()
    {
        byte[] inner = Mail.Text("hello   ").Attach("text/plain", "x", s_secret).ToArray();
        using var unpacked = Unpacked.From(Mail.Forward(inner).ToArray());
        ScanItem message = unpacked.Parts.Single(p => p.Type == ContentTypes.Mail);
        Assert.Equal(inner, File.ReadAllBytes(message.Path));
    }

    [Fact]
    public void What_is_in_winmail_dat_is_a_part_with_its_name()
    {
        using var unpacked = Unpacked.From(Mail.Attach("application/ms-tnef", "winmail.dat", TnefFile.With("report.doc", s_secret)).ToArray());
        ScanItem found = unpacked.Parts.Single(p => p.Name == "report.doc");
        Assert.Equal(s_secret, File.ReadAllBytes(found.Path));
        Assert.Equal(2, found.Depth);
    }

    [Fact]
    public void A_broken_winmail_dat_is_said()
    {
        using var unpacked = Unpacked.From(TnefFile.With("report.doc", s_secret)[..30]);
        Assert.Equal(Reasons.Damaged, Assert.Single(unpacked.Reasons));
    }

    [Fact]
    public void Hostile_names_are_data_and_files_get_names_of_our_own()
    {
        const string Name = "../../etc/passwd\n\"$(id)\"\0x";
        using var unpacked = Unpacked.From(Mail.AttachEncoded("text/plain", Name, s_secret).Text("x").ToArray());
        Assert.Equal(["0001", "0002"], Directory.GetFiles(unpacked.WorkDirectory).Select(Path.GetFileName).Order());
        Assert.StartsWith("../../etc/passwd\n\"$(id)\"", unpacked.Parts.First().Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_are_readable_by_their_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("file modes are Unix's");
            return;
        }

        using var unpacked = Unpacked.From(Mail.Text("x").ToArray());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(unpacked.Parts.Single().Path));
    }

    [Fact]
    public void The_same_content_twice_is_two_parts_in_one_file()
    {
        using var unpacked = Unpacked.From(Mail.Attach("text/plain", "a", s_secret).Attach("text/plain", "b", s_secret).ToArray());
        ScanItem[] parts = [.. unpacked.Parts];
        Assert.Equal(["a", "b"], parts.Select(p => p.Name));
        Assert.Equal(parts[0].Sha256, parts[1].Sha256);
        Assert.Equal(parts[0].Path, parts[1].Path);
        Assert.Single(Directory.GetFiles(unpacked.WorkDirectory));
    }

    [Theory]
    [InlineData("text/plain", "message/rfc822")]
    [InlineData("message/rfc822", "text/plain")]
    [InlineData("text/plain", "message/global")]
    public void A_mail_that_comes_as_a_text_as_well_is_opened_as_a_mail(string first, string second)
    {
        const string Inner = "Foo bar odd line\nFrom: a@b.example\nSubject: x\nContent-Type: application/octet-stream; name=found\nContent-Transfer-Encoding: base64\n\naGlkZGVu\n";
        using var unpacked = Unpacked.From(
            "From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
            + $"--b\nContent-Type: {first}\n\n{Inner}\n--b\nContent-Type: {second}\n\n{Inner}\n--b--\n");
        ScanItem[] twins = [.. unpacked.Parts.Where(p => p.Depth == 1)];
        Assert.Equal(2, twins.Length);
        Assert.Equal(twins[0].Sha256, twins[1].Sha256);
        Assert.Equal(twins[0].Path, twins[1].Path);
        Assert.Contains("hidden", unpacked.Contents);
    }

    [Theory]
    [InlineData("gzip64")]
    [InlineData("mac-binhex40")]
    [InlineData("\"base64\"")]
    public void A_transfer_encoding_that_is_not_undone_is_said(string encoding)
    {
        using var unpacked = Unpacked.From($"From: a@b.example\nSubject: x\nContent-Type: x/y\nContent-Transfer-Encoding: {encoding}\n\naGlkZGVu\n");
        Assert.Contains(unpacked.Result.Problems, p => p.Reason == Reasons.Unsupported && p.Detail.StartsWith("transfer encoding", StringComparison.Ordinal));
        Assert.Equal(encoding.StartsWith('"'), unpacked.Contents.Contains("hidden"));
    }

    [Theory]
    [InlineData("7bit  ")]
    [InlineData("7Bit")]
    [InlineData("8BIT")]
    [InlineData("binary")]
    [InlineData("Base64")]
    [InlineData("Quoted-Printable")]
    [InlineData("")]
    public void A_common_transfer_encoding_is_no_problem(string encoding)
    {
        using var unpacked = Unpacked.From($"From: a@b.example\nSubject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: {encoding}\n\naGlkZGVu\n");
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void A_multipart_that_does_not_end_is_said()
    {
        byte[] mail = Mail.Text("hello").Attach("text/plain", "a", s_secret).ToArray();
        using var unpacked = Unpacked.From(mail[..^24]);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
        Assert.Equal(2, unpacked.Parts.Count());
    }

    [Fact]
    public void A_piece_of_a_message_sent_in_several_is_said()
    {
        using var unpacked = Unpacked.From("From: a@b.example\nSubject: x\nContent-Type: message/partial; id=x; number=1; total=2\n\nFrom: c\nSubject: y\n\nz");
        Assert.Contains(Reasons.Unsupported, unpacked.Reasons);
    }

    [Fact]
    public void What_is_declared_a_mail_is_read_as_one_whatever_it_looks_like()
    {
        byte[] mail = [.. "%PDF-1.4 is an odd header: but one\r\n"u8, .. Mail.Attach("text/plain", "a", s_secret).ToArray()];
        using var unpacked = Unpacked.From(mail, declaredType: ContentTypes.Mail);
        Assert.Equal(ContentTypes.Pdf, unpacked.Root.Type);
        Assert.Contains(unpacked.Parts, p => p.Name == "a");
    }

    [Fact]
    public void Every_mail_of_a_mailbox_is_read()
    {
        byte[] mail = Mail.Attach("text/plain", "a", s_secret).ToArray();
        byte[] from = "From x@y.example Mon Mar  2 09:00:00 2026\r\n"u8.ToArray();
        using var unpacked = Unpacked.From([.. from, .. mail, .. "\r\n"u8, .. from, .. mail]);
        Assert.Equal(ContentTypes.Mbox, unpacked.Root.Type);
        Assert.Equal(2, unpacked.Parts.Count(p => p.Name == "a"));
    }

    [Fact]
    public void A_multipart_deeper_than_the_limit_is_said_and_kept()
    {
        var mail = new StringBuilder("From: a@b.example\nSubject: x\n");
        for (int i = 0; i < 300; i++)
            mail.Append($"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n");
        mail.Append("\ntext\n");
        using var unpacked = Unpacked.From(mail.ToString());
        Assert.Contains(unpacked.Result.Problems, p => p.Reason == Reasons.Limits && p.Detail.Contains("unpacking.max_multiparts)", StringComparison.Ordinal));
        Assert.Single(unpacked.Parts);
    }

    [Theory]
    [InlineData("Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nshown\n--b\nContent-Type: x/y\n\nhidden\n--b--\n--a--\n")]
    [InlineData("Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: x/y\n\nhidden\n--b--\n")]
    [InlineData("Content-Type(meow): multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\naGlkZGVu\n--b--\n")]
    [InlineData("Content-Disposition: inline; boundary=b\nContent-Type: multipart/mixed; boundary=a\n\n--b\nContent-Transfer-Encoding: base64\n\naGlkZGVu\n--b--\n--a\n\nx\n--a--\n")]
    public void What_only_some_mail_programs_would_show_is_a_part_and_said(string rest)
    {
        using var unpacked = Unpacked.From("From: a@b.example\nSubject: x\nMIME-Version: 1.0\n" + rest);
        Assert.Contains(unpacked.Contents, c => c.Trim() == "hidden");
        Assert.Contains(unpacked.Result.Problems, p => p.Reason == Reasons.Damaged && p.Detail.StartsWith("mail programs read this mail differently", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mail_whose_lines_end_in_returns_alone_is_read_and_said()
    {
        byte[] mail = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(Mail.Attach("text/plain", "a", s_secret).ToArray()).Replace("\r\n", "\r", StringComparison.Ordinal));
        using var unpacked = Unpacked.From(mail);
        Assert.Contains(Encoding.ASCII.GetString(s_secret), unpacked.Contents);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    [Fact]
    public void The_parts_of_each_sample_are_found()
    {
        foreach (SampleMail sample in SampleMails.All)
        {
            using var unpacked = Unpacked.From(sample.Content);
            Assert.Equal(ContentTypes.Mail, unpacked.Root.Type);
            Assert.NotEmpty(unpacked.Parts);
        }
    }
}
