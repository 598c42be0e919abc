using System.Security.Cryptography;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>Whether the parts that Zeek cuts a mail into are those that are found here.</summary>
public sealed class ZeekPartsTests
{
    [Fact(Timeout = 60_000)]
    public async Task Zeeks_parts_of_the_sample_mails_as_recorded_are_all_found_here_and_asked_about_before_their_mail()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        using var metrics = new MailScanMetrics();
        var book = new MailPartsBook(new MailPartsOptions(), metrics, TimeProvider.System);
        var mails = SampleMails.Files.Where(f => f.Kind == "message").ToDictionary(f => Convert.ToHexStringLower(SHA256.HashData(f.Content)), f => f.Content);
        var requests = (await Recording.Load(Recording.SamplesPath).ReplayAsync(cancellationToken)).OfType<FileRequest>().DistinctBy(r => r.Seqno).OrderBy(r => r.Seqno).ToList();
        var (whole, compared) = (0, 0);
        foreach (var request in requests)
        {
            book.Note(request);
            if (request is not { Kind: "message", Complete: true })
            {
                continue;
            }

            whole++;
            var parts = requests.Where(r => r.ParentFuid == request.Fuid && r.Incarnation == request.Incarnation).ToList();
            Assert.All(parts, p => Assert.True(p.Seqno < request.Seqno, $"part {p.Seqno} after its mail {request.Seqno}"));
            var path = Path.Combine(directory.Path, $"{request.Seqno}.eml");
            await File.WriteAllBytesAsync(path, mails[request.Sha256!], cancellationToken);
            var unpacked = new Unpacker(new UnpackBudget()).Unpack(path, null, ContentTypes.Mail, directory.Sub($"{request.Seqno}"), cancellationToken);
            if (book.Compare(request, unpacked, cancellationToken) is { } check)
            {
                compared += check.Compared;
                Assert.Null(check.Finding);
            }
        }

        Assert.True(whole >= 12 && compared >= 2 * whole - 10, $"{whole} mails, {compared} parts");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_mail_that_Zeek_cuts_otherwise_is_suspicious_and_said_in_a_notice_where_those_are_wanted()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var daemon = new DaemonProcess(directory.Path);
        daemon.Start();
        await daemon.WaitUntilRunningAsync(cancellationToken);

        var run = await Support.Zeek.ReadTraceAsync(
            zeek, Repository.At("tests", "MailScanBridge.EndToEnd.Tests", "Traces", "parts-differ.pcap"), directory.Sub("logs"), daemon.Environment, cancellationToken, "MailScan::notice_on_suspicious=T");

        Assert.Equal(3, run.FirstRows.Count);
        Assert.All(run.FirstRows.Where(r => r.Text("kind") == "part"), r => Assert.Equal("clean", r.Text("verdict")));
        var mail = Assert.Single(run.FirstRows, r => r.Text("kind") == "message");
        Assert.Equal("suspicious", mail.Text("verdict"));
        Assert.Contains("Mail.PartsDiffer", mail.Text("names"), StringComparison.Ordinal);
        Assert.Contains("figures.txt", mail.Text("detail"), StringComparison.Ordinal);
        Assert.Single(run.Notices, n => n.Text("note") == "MailScan::Suspicious_File" && n.Text("fuid") == mail.Text("fuid"));
    }
}
