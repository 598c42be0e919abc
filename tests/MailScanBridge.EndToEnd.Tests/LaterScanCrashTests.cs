using System.Collections.Concurrent;
using System.Text.Json;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Intake;
using MailScanBridge.Replies;
using MailScanBridge.Zeek;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>
/// The daemon is killed (kill -9) when it has answered with overload and not yet made up for it, and again while it does: what
/// it kept is scanned all the same, and each of the two verdicts stands once in its log.
/// </summary>
public sealed class LaterScanCrashTests : IAsyncDisposable
{
    private const int Files = 60;
    private const string Node = "host/zeek";
    private const ulong Incarnation = 7;
    private readonly TemporaryDirectory _directory = new();
    private readonly DaemonProcess _daemon;
    private readonly ZeekClient _client;
    private readonly ConcurrentDictionary<(ulong Seqno, ulong Revision), VerdictRecord> _verdicts = new();
    private readonly ConcurrentDictionary<ulong, byte> _greeted = new();
    private volatile bool _acknowledge;

    public LaterScanCrashTests()
    {
        _daemon = new DaemonProcess(_directory.Path);
        _client = new ZeekClient(new ZeekClientOptions { HubXPub = _daemon.HubXPub, HubXSub = _daemon.HubXSub, NodeName = "node" });
    }

    private int Later => _verdicts.Keys.Count(k => k.Revision == 2);

    [Theory(Timeout = 180_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_kill_between_the_two_verdicts_on_a_file_loses_neither(bool acknowledgedBefore)
    {
        var stop = TestContext.Current.CancellationToken;
        var config = Path.Combine(_directory.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(config, "queue:\n  max_open: 1\nscan:\n  workers: 1\noverload:\n  calm: 300ms\n", stop);
        _acknowledge = acknowledgedBefore;
        _daemon.Start(null, "--config", config);
        await _daemon.WaitUntilRunningAsync(stop);
        _client.Subscribe(Topics.Reply(Node, Incarnation));
        await _client.StartAsync(stop);
        var listening = ListenAsync(stop);
        await GreetAsync(stop);

        for (var seqno = 1UL; seqno <= Files; seqno++)
        {
            _client.Publish(Topics.Request(_daemon.Bridge), new FileRequestEvent(Request(seqno)));
        }

        await Eventually.TrueAsync(() => _verdicts.Keys.Count(k => k.Revision == 1) == Files, "every request has its first verdict", stop);
        await KillAsync(stop);
        var first = _verdicts.Where(v => v.Key.Revision == 1).ToDictionary(v => v.Key.Seqno, v => v.Value);
        var overload = first.Where(v => v.Value.Reason == Reasons.Overload).Select(v => v.Key).ToHashSet();
        Assert.True(Later < overload.Count, "the kill came too late: all was made up for");

        _acknowledge = true;
        _daemon.Start(null, "--config", config);
        await GreetAsync(stop);
        await Eventually.TrueAsync(() => Later > 0, "a later scan has ended", stop);
        await KillAsync(stop);
        _daemon.Start(null, "--config", config);
        await GreetAsync(stop);
        await Eventually.TrueAsync(() => overload.All(s => _verdicts.ContainsKey((s, 2))), "each file kept for later has its second verdict", stop);
        await Eventually.TrueAsync(() => !Directory.EnumerateFiles(Path.Combine(_daemon.State, "store", "files")).Any(), "the store is empty", stop);
        await _daemon.StopAsync(stop);
        await _client.DisposeAsync();
        await listening;

        Assert.All(overload, s => Assert.Equal("clean", _verdicts[(s, 2)].Verdict));
        Assert.Equal(overload.Count, Later);
        var lines = File.ReadLines(_daemon.VerdictLog).Select(KeyOf).ToList();
        Assert.Equal(Files + overload.Count, lines.Count);
        Assert.Equal(_verdicts.Keys.Order(), lines.Order());
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _daemon.DisposeAsync();
        _directory.Dispose();
    }

    private static (ulong, ulong) KeyOf(string line)
    {
        using var json = JsonDocument.Parse(line);
        return (json.RootElement.GetProperty("seqno").GetUInt64(), json.RootElement.GetProperty("revision").GetUInt64());
    }

    private async Task KillAsync(CancellationToken stop)
    {
        _daemon.Kill();
        await _daemon.WaitForExitAsync(stop);
    }

    /// <summary>Says hello until a daemon that has not answered yet does.</summary>
    private async Task GreetAsync(CancellationToken stop)
    {
        var before = _greeted.Count;
        await Eventually.TrueAsync(
            () =>
            {
                _client.Publish(Topics.Request(_daemon.Bridge), new NodeHelloEvent(new NodeHello(
                    EventDecoder.Proto, Node, Incarnation, "8.2.2", Trace: false, _daemon.Spool, 0, DateTimeOffset.UtcNow)));
                return _greeted.Count > before;
            },
            "the daemon answers a hello", stop);
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        await foreach (var e in _client.ReadAllRawAsync(stop))
        {
            if (e.Name == "MailScan::bridge_status")
            {
                _greeted.TryAdd(e.As<BridgeStatusEvent>().S.Epoch, 0);
            }
            else if (e.Name == "MailScan::verdict")
            {
                var verdict = e.As<VerdictEvent>().V;
                if (_acknowledge)
                {
                    _client.Publish(Topics.Request(_daemon.Bridge), new VerdictAck(Node, Incarnation, [verdict.Seqno], [verdict.Revision]));
                }

                _verdicts.TryAdd((verdict.Seqno, verdict.Revision), verdict);
            }
        }
    }

    private FileRequest Request(ulong seqno)
    {
        var path = Path.Combine(_daemon.Spool, $"file-{seqno}");
        File.WriteAllText(path, $"text {seqno}");
        return new FileRequest
        {
            Proto = EventDecoder.Proto,
            Node = Node,
            Incarnation = Incarnation,
            Seqno = seqno,
            Attempt = 1,
            Ts = DateTimeOffset.UtcNow,
            Sent = DateTimeOffset.UtcNow,
            Path = path,
            Kind = "part",
            Source = "SMTP",
            Fuid = $"F{seqno}",
            SeenBytes = (ulong)new FileInfo(path).Length,
            MissingBytes = 0,
            OverflowBytes = 0,
            Cutoff = false,
            TimedOut = false,
            Complete = true,
        };
    }
}
