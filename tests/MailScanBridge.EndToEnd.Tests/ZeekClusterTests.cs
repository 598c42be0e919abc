using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>The real daemon in a real cluster, laid out as zeekctl does, with CURVE keys: its hub is the manager's proxy.</summary>
public sealed class ZeekClusterTests(ITestOutputHelper output)
{
    [Fact(Timeout = 180_000)]
    public async Task Workers_ask_and_hear_their_own_verdicts_rows_go_to_the_logger_and_drops_through_the_manager()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var cluster = new ZeekCluster(zeek, directory.Sub("cluster"), Path.Combine(directory.Path, "spool"), workers: 2);
        await using var daemon = new DaemonProcess(directory.Path, cluster.Hub);
        var config = Path.Combine(directory.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(config, $"hub: {{ host: false, curve: {cluster.Keys} }}\n", cancellationToken);

        foreach (var node in new[] { "manager", "logger-1", "proxy-1" })
        {
            cluster.Start(node, daemon.Bridge);
        }

        daemon.Start(arguments: ["--config", config]);
        await daemon.WaitUntilRunningAsync(cancellationToken);
        cluster.Start("worker-1", daemon.Bridge, Support.Zeek.SampleTrace);
        cluster.Start("worker-2", daemon.Bridge, Support.Zeek.SampleTrace);
        var exits = new[] { await cluster.ExitOfAsync("worker-1", cancellationToken), await cluster.ExitOfAsync("worker-2", cancellationToken) };
        output.WriteLine(cluster.Output);
        Assert.Equal([0, 0], exits);

        var files = SampleMails.Files.Count;
        await Eventually.TrueAsync(() => cluster.Rows("mailscan").Count >= 2 * files, "all rows are with the logger", cancellationToken);
        var rows = cluster.Rows("mailscan");
        Assert.Equal(2 * files, rows.Count);
        var expected = SampleMails.Expected.Values.Select(e => $"{e.Verdict} {e.Reason}".Trim()).Order().ToList();
        foreach (var worker in new[] { "worker-1", "worker-2" })
        {
            var own = rows.Where(r => r.Text("node").EndsWith("/" + worker, StringComparison.Ordinal)).ToList();
            Assert.Equal(files, own.Select(r => r.Text("seqno")).Distinct().Count());
            Assert.Equal(expected, own.Where(r => r.Text("kind") == "message").Select(r => $"{r.Text("verdict")} {r.Text("reason")}".Trim()).Order());
        }

        // Both workers saw the same mails; the manager, which alone decides, drops a pair once.
        var malicious = rows.Where(r => r.Text("verdict") == "malicious").Select(r => (r.Text("id.orig_h"), r.Text("id.resp_h"))).Distinct().Order().ToList();
        await Eventually.TrueAsync(() => cluster.Rows("mailscan_response").Count(r => r.Text("status") == "dry_run") >= malicious.Count, "the manager has decided on every pair", cancellationToken);
        var dropped = cluster.Rows("mailscan_response").Where(r => r.Text("status") == "dry_run").Select(r => (r.Text("id.orig_h"), r.Text("id.resp_h"))).Order();
        Assert.Equal(malicious, dropped);
        await Eventually.TrueAsync(() => cluster.Rows("notice").Any(n => n.Text("note") == "MailScan::Malicious_File"), "the logger has notices", cancellationToken);
        Assert.Empty(Directory.EnumerateFiles(daemon.Spool));
    }
}
