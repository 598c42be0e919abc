using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests.Faults;

/// <summary>
/// The line between a live Zeek, whose manager's proxy is the hub, with CURVE keys, and the daemon is cut until Zeek calls the bridge down, under
/// traffic, and joined again: each file has one row, by a verdict.
/// </summary>
public sealed class NetworkCutTests(ITestOutputHelper output)
{
    private const int Loops = 3;

    [Fact(Timeout = 240_000)]
    public async Task A_line_that_was_cut_for_longer_than_the_heartbeats_loses_nothing_and_says_nothing_twice()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var sensor = await Support.Zeek.RequireAsync(cancellationToken);
        Require.Program("tcpreplay", "tcpreplay");
        using var directory = new TemporaryDirectory();
        await using var namespaces = await Namespaces.RequireAsync(cancellationToken);
        var keys = new CurveKeys(Path.Combine(directory.Path, "curve"));
        var config = Path.Combine(directory.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(config, $"hub: {{ host: false, curve: {keys.Directory} }}\n", cancellationToken);
        await using var daemon = new DaemonProcess(directory.Path, Namespaces.HubForServer, namespaces.Server);
        var watch = new Watch(directory.Path);
        var at = directory.Sub("zeek");
        await using var zeek = new LiveZeek(
            sensor, namespaces, at, daemon.Environment.Concat(keys.Environment).ToDictionary(),
            [.. LiveZeek.OwnHubAt(Namespaces.HubForServer), Support.Zeek.Scripts, watch.Sensor, "MailScan::require_bridge=F", "MailScan::max_attempts=10"]);
        await zeek.ListensAsync(cancellationToken);
        daemon.Start(null, "--config", config);
        WatchRow Now() => Watch.Rows(at) is [.., var last] ? last : new WatchRow(false, 0, 0, 0, 0, 0, 0, 0);

        try
        {
            await Eventually.TrueAsync(() => Now().Up, "the bridge is up", cancellationToken);
            var replay = ChildProcess.RunAsync(
                [.. Namespaces.Prefix(namespaces.Client), "tcpreplay", "-q", "-i", "eth0", "--unique-ip", "--pps=400", $"--loop={Loops}", Support.Zeek.SampleTrace], cancellationToken);
            await Eventually.TrueAsync(() => Now().Files > SampleMails.Files.Count / 3, "mails pass", cancellationToken);
            await namespaces.SetLineAsync(up: false, cancellationToken);
            var cut = Now().Files;
            await Eventually.TrueAsync(() => !Now().Up, "Zeek calls the bridge down", cancellationToken);
            var waiting = Now();
            var (exitCode, said) = await replay;
            Assert.True(exitCode == 0, said);
            await namespaces.SetLineAsync(up: true, cancellationToken);
            await Eventually.TrueAsync(() => Now() is { Up: true, Open: 0, Backlog: 0 } now && now.Files >= Loops * SampleMails.Files.Count * 9 / 10, "everything is answered", cancellationToken, seconds: 120);
            output.WriteLine($"cut after {cut} files; {waiting.Open} requests open and {waiting.Backlog} files waiting when the bridge was called down");
            Assert.True(waiting.Open + waiting.Backlog > 0, "nothing was under way: the cut proved nothing");
            Assert.Equal(0, await zeek.Process.StopAsync(cancellationToken));
            await daemon.StopAsync(cancellationToken);
        }
        finally
        {
            output.WriteLine($"{zeek.Output}\n{Now()}\n{string.Join('\n', daemon.Output.Split('\n').Where(l => !l.Contains("[9000]", StringComparison.Ordinal)))}");
        }

        var rows = zeek.Rows("mailscan");
        var first = rows.Where(r => r.Text("status") == "first" && r.Text("seqno") != "").Select(r => ulong.Parse(r.Text("seqno"))).ToList();
        var lost = rows.Where(r => r.Text("reason") is Reasons.NoBridge or Reasons.Timeout or Reasons.Overload).ToList();
        var duplicates = Daemon.Soak.SoakReport.CountDuplicates(daemon.VerdictLog);
        output.WriteLine($"requests {first.Max()}, answers {first.Count - lost.Count}, lost {lost.Count}, duplicates {duplicates + first.Count - first.Distinct().Count()}, late rows {rows.Count - first.Count}");
        Assert.Empty(lost);
        Assert.Equal(Enumerable.Range(1, first.Count).Select(n => (ulong)n), first.Order());
        Assert.Equal(0, duplicates);
        Assert.Equal(first.Count, rows.Count);
        Assert.Equal(first.Count, File.ReadLines(daemon.VerdictLog).Count());
    }
}
