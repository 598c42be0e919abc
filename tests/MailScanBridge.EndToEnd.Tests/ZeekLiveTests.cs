using System.Text.Json;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>Live: mails go from a real client (swaks) to a real server (aiosmtpd), a real Zeek listens on the way, the real daemon is its hub.</summary>
public sealed class ZeekLiveTests(ITestOutputHelper output)
{
    [Fact(Timeout = 180_000)]
    public async Task Every_mail_that_is_delivered_gets_its_rows_and_the_bad_one_its_notice_and_the_ledgers_agree()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var sensor = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var namespaces = await Namespaces.RequireAsync(cancellationToken);
        await using var server = await MailServer.RequireAsync(namespaces, cancellationToken);
        await using var daemon = new DaemonProcess(directory.Path, Namespaces.Hub, namespaces.Router);
        daemon.Start();
        await daemon.WaitUntilRunningAsync(cancellationToken);
        await using var zeek = new LiveZeek(sensor, namespaces, directory.Sub("zeek"), daemon.Environment, Support.Zeek.Scripts, "MailScan::ledger_interval=1sec");
        await zeek.ListensAsync(cancellationToken);

        string[] mails = ["01-clean-text.eml", "02-clean-pdf.eml", "04-eicar-zip.eml", "10-encrypted-zip.eml", "17-newsletter.eml", "20-clean-document-and-picture.eml"];
        foreach (var mail in mails)
        {
            var (exitCode, said) = await server.DeliverAsync(Repository.At("samples", "mail", mail), cancellationToken);
            Assert.True(exitCode == 0, said);
        }

        var files = mails.Sum(m => MailFiles.Of(m, File.ReadAllBytes(Repository.At("samples", "mail", m))).Count);
        try
        {
            await Eventually.TrueAsync(() => zeek.Rows("mailscan").Count >= files, "every file has its row", cancellationToken);
            await Eventually.TrueAsync(() => zeek.Rows("mailscan_ledger").Any(r => r.Text("bridge_acknowledged") == $"{files}"), "the daemon's counts are in the ledger", cancellationToken);
            Assert.Equal(0, await zeek.Process.StopAsync(cancellationToken));
        }
        finally
        {
            output.WriteLine($"{zeek.Output}\n{daemon.Output}\n{zeek.Rows("mailscan").Count} rows\n{string.Join('\n', zeek.Rows("mailscan_ledger").TakeLast(3))}");
        }

        var rows = zeek.Rows("mailscan");
        Assert.Equal(Enumerable.Range(1, files), rows.Select(r => int.Parse(r.Text("seqno"))).Order());
        Assert.All(rows, r => Assert.Equal(("first", Namespaces.ClientAddress, Namespaces.ServerAddress), (r.Text("status"), r.Text("id.orig_h"), r.Text("id.resp_h"))));
        Assert.All(rows, r => Assert.Equal(("alice@client.example", """["bob@server.example"]"""), (r.Text("mailfrom"), r.Text("rcptto"))));
        Assert.Equal(
            mails.Select(m => SampleMails.Expected[m]),
            rows.Where(r => r.Text("kind") == "message").OrderBy(r => r.GetProperty("ts").GetDouble()).Select(r => (r.Text("verdict"), r.Text("reason"))));

        var zip = Assert.Single(rows, r => r.Text("filename") == "scan.zip");
        Assert.Equal("malicious", zip.Text("verdict"));
        var notice = Assert.Single(zeek.Rows("notice"), n => n.Text("note") == "MailScan::Malicious_File");
        Assert.Equal(zip.Text("uid"), notice.Text("uid"));
        Assert.Contains("Eicar-Test-Signature", notice.Text("msg") + notice.Text("sub"), StringComparison.Ordinal);

        Assert.All(zeek.Rows("mailscan_ledger"), r => Assert.Equal(JsonValueKind.True, r.GetProperty("balanced").ValueKind));
        var ledger = zeek.Rows("mailscan_ledger").Last(r => r.Text("bridge_verdicts") != "");
        Assert.Equal(
            Enumerable.Repeat($"{files}", 6),
            (string[])[ledger.Text("files"), ledger.Text("asked"), ledger.Text("accepted"), ledger.Text("answered"), ledger.Text("bridge_accepted"), ledger.Text("bridge_verdicts")]);
        Assert.Empty(Directory.EnumerateFiles(daemon.Spool));
        await Eventually.TrueAsync(() => !Directory.EnumerateFiles(Path.Combine(daemon.State, "store", "files")).Any(), "the store is empty", cancellationToken);
    }
}
