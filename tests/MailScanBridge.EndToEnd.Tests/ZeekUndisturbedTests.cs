using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>
/// A live Zeek under traffic while the daemon is stopped (SIGSTOP), silent, or not there: what it keeps stays within its caps and its
/// memory with it, it drops no packet, and another subscriber of the same hub misses nothing.
/// </summary>
public sealed class ZeekUndisturbedTests(ITestOutputHelper output)
{
    private const int MaxBacklog = 100;
    private const int Credit = 200;
    private const int Loops = 15;
    private const long MaxGrowth = 64 << 20;

    public enum Daemon
    {
        /// <summary>Answers, then hangs: connected, and reads nothing.</summary>
        Stopped,

        /// <summary>The hub is there, and somebody who hears every request; nobody answers.</summary>
        Silent,

        /// <summary>Nobody listens where the hub should be.</summary>
        Absent,
    }

    [Theory(Timeout = 180_000)]
    [InlineData(Daemon.Stopped)]
    [InlineData(Daemon.Silent)]
    [InlineData(Daemon.Absent)]
    public async Task What_Zeek_keeps_stays_within_its_caps_no_packet_is_dropped_and_nobody_else_misses_anything(Daemon kind)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var sensor = await Support.Zeek.RequireAsync(cancellationToken);
        Require.Program("tcpreplay", "tcpreplay");
        using var directory = new TemporaryDirectory();
        await using var namespaces = await Namespaces.RequireAsync(cancellationToken);
        var keys = new CurveKeys(Path.Combine(directory.Path, "curve"));
        var config = Path.Combine(directory.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(config, $"hub: {{ host: false, curve: {keys.Directory} }}\n", cancellationToken);
        await using var daemon = new DaemonProcess(directory.Path, Namespaces.Hub, namespaces.Router);
        var environment = daemon.Environment.Concat(keys.Environment).ToDictionary();
        var watch = new Watch(directory.Path);
        var at = directory.Sub("zeek");

        await using var zeek = new LiveZeek(
            sensor, namespaces, at, kind == Daemon.Absent ? daemon.Environment : environment,
            [.. kind == Daemon.Absent ? [] : LiveZeek.OwnHub, Support.Zeek.Scripts, watch.Sensor, "MailScan::require_bridge=F", $"MailScan::max_backlog={MaxBacklog}"]);
        await zeek.ListensAsync(cancellationToken);
        await Eventually.TrueAsync(() => Watch.Rows(at).Count > 0, "Zeek tells its figures", cancellationToken);
        var listener = kind == Daemon.Absent ? null : new ChildProcess(
            [.. Namespaces.Prefix(namespaces.Router), sensor.Program, "-b", .. LiveZeek.OthersHub, watch.Listener, .. kind == Daemon.Silent ? new[] { Path.Combine(Support.Zeek.Scripts, "api.zeek"), "-e", "event zeek_init() { Cluster::subscribe(\"mailscan.request.\"); }" } : []],
            directory.Sub("listener"), environment);
        await using var ends = listener;
        if (listener is not null)
        {
            await Eventually.TrueAsync(() => Watch.Heard(directory.Sub("listener")) is not null, "the other subscriber hears", cancellationToken);
        }

        if (kind == Daemon.Stopped)
        {
            daemon.Start(arguments: ["--config", config]);
            await Eventually.TrueAsync(() => Now(at).Up, "the bridge is up", cancellationToken);
        }

        try
        {
            await ReplayAsync(namespaces, at, 2, cancellationToken);
            if (kind == Daemon.Stopped)
            {
                await Eventually.TrueAsync(() => Now(at) is { Open: 0, Backlog: 0 }, "everything is answered", cancellationToken);
                Posix.Send(daemon.ProcessId, "STOP");
            }

            var before = zeek.Process.ResidentBytes;
            var start = Now(at);
            await ReplayAsync(namespaces, at, Loops, cancellationToken);
            var after = zeek.Process.ResidentBytes;
            var rows = Watch.Rows(at).Where(r => r.Beats >= start.Beats).ToList();
            output.WriteLine(
                $"{kind}: {rows[^1].Files - start.Files} files, {rows[^1].Received - start.Received} packets, {rows[^1].Dropped} dropped; at most {rows.Max(r => r.Open)} open, {rows.Max(r => r.Backlog)} waiting, {rows.Max(r => r.In_Flight)} under way; resident {before >> 20} MiB, then {after >> 20} MiB");

            Assert.All(rows, r => Assert.True(r.Backlog <= MaxBacklog && r.In_Flight <= Credit && r.Open <= (kind == Daemon.Stopped ? Credit : 0), $"{r}"));
            Assert.Equal(MaxBacklog, rows.Max(r => r.Backlog));
            Assert.Equal(0, rows[^1].Dropped);
            Assert.InRange(after, 0, before + MaxGrowth);
            if (listener is not null)
            {
                await Eventually.TrueAsync(() => Watch.Heard(directory.Sub("listener"))!.Last >= rows[^1].Beats, "the other subscriber has heard all", cancellationToken);
                output.WriteLine($"the other subscriber: {Watch.Heard(directory.Sub("listener"))}");
                Assert.Equal(0, Watch.Heard(directory.Sub("listener"))!.Lost);
            }

            if (kind == Daemon.Stopped)
            {
                Posix.Send(daemon.ProcessId, "CONT");
                await Eventually.TrueAsync(() => Now(at) is { Up: true, Open: 0, Backlog: 0 }, "the daemon has caught up", cancellationToken);
            }
        }
        finally
        {
            output.WriteLine($"{zeek.Output}\n{Now(at)}");
        }
    }

    private static WatchRow Now(string directory) => Watch.Rows(directory)[^1];

    /// <summary>The sample mails, each time between other addresses, past Zeek, and until Zeek is done with them.</summary>
    private static async Task ReplayAsync(Namespaces namespaces, string at, int loops, CancellationToken cancellationToken)
    {
        var files = Now(at).Files + (loops * SampleMails.Files.Count * 9 / 10); // What is cut short ends when Zeek gives it up.
        var (exitCode, said) = await ChildProcess.RunAsync(
            [.. Namespaces.Prefix(namespaces.Client), "tcpreplay", "-q", "-i", "eth0", "--unique-ip", "--pps=2000", $"--loop={loops}", Support.Zeek.SampleTrace], cancellationToken);
        Assert.True(exitCode == 0, said);
        await Eventually.TrueAsync(() => Now(at).Files >= files, "Zeek has seen the mails", cancellationToken);
    }
}
