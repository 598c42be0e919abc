using System.Collections.Concurrent;
using MailScanBridge.Intake;
using MailScanBridge.Replies;
using MailScanBridge.Zeek;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>A bridge that goes only part of the way: a hub alone, one that answers hello, or one that accepts and never gives a verdict.</summary>
internal sealed class HalfBridge : IAsyncDisposable
{
    private readonly ZeekHub _hub;
    private readonly ZeekClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _answersHello;
    private readonly bool _accepts;
    private readonly string _spool;
    private Task _loop = Task.CompletedTask;

    private HalfBridge(string spool, bool answersHello, bool accepts)
    {
        _spool = spool;
        _answersHello = answersHello;
        _accepts = accepts;
        _hub = new ZeekHub(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:0" });
        _hub.Start();
        _client = new ZeekClient(new ZeekClientOptions { HubXPub = _hub.XPubEndpoint, HubXSub = _hub.XSubEndpoint, NodeName = "half" });
        Environment = new Dictionary<string, string>
        {
            ["MAILSCAN_SPOOL"] = spool,
            ["MAILSCAN_BRIDGE"] = "half",
            ["MAILSCAN_HUB_XPUB"] = _hub.XPubEndpoint,
            ["MAILSCAN_HUB_XSUB"] = _hub.XSubEndpoint,
        };
    }

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Every request heard, as the daemon would decode it.</summary>
    public ConcurrentQueue<FileRequest> Requests { get; } = new();

    public string HubXPub => _hub.XPubEndpoint;

    public string HubXSub => _hub.XSubEndpoint;

    public static async Task<HalfBridge> StartAsync(string spool, bool answersHello, bool accepts, CancellationToken cancellationToken)
    {
        var bridge = new HalfBridge(spool, answersHello, accepts);
        bridge._client.Subscribe(Topics.Request("half"));
        await bridge._client.StartAsync(cancellationToken);
        bridge._loop = bridge.RunAsync();
        return bridge;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _client.DisposeAsync();
        await _hub.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var beating = _answersHello ? BeatAsync(timer) : Task.CompletedTask;
        try
        {
            await foreach (var message in _client.ReadAllRawAsync(_stop.Token))
            {
                switch (EventDecoder.Decode(message.Name, message.Payload.Span))
                {
                    case NodeHello hello when _answersHello:
                        _client.Publish(Topics.Reply(hello.Node, hello.Incarnation), Status(hello.Node, hello.Incarnation));
                        break;
                    case FileRequest request when _accepts:
                        Requests.Enqueue(request);
                        _client.Publish(
                            Topics.Reply(request.Node, request.Incarnation),
                            new Accepted(request.Node, request.Incarnation, [request.Seqno], TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(60)));
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            timer.Dispose();
            await beating;
        }
    }

    private async Task BeatAsync(PeriodicTimer timer)
    {
        do
        {
            _client.Publish(Topics.Bridge("half"), Status("", 0));
        }
        while (await timer.WaitForNextTickAsync());
    }

    private BridgeStatusEvent Status(string node, ulong incarnation) => new(new BridgeStatus(
        EventDecoder.Proto, "half", 42, "half", TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(1), 200, 0, 0, "none", node, incarnation, _spool));
}
