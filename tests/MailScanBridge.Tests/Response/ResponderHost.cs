using System.Collections.Concurrent;
using System.Net;
using MailScanBridge.Response;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;

namespace MailScanBridge.Tests.Response;

/// <summary>A responder over a hub, with a program in nft's place, and a Zeek node that asks it.</summary>
internal sealed class ResponderHost : IAsyncDisposable
{
    private readonly ZeekHub _hub = new(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:0" });
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<DropResultEvent> _results = new();
    private readonly ZeekClient _client;
    private readonly ZeekClient _node;
    private readonly Task _listening;

    public ResponderHost(string nft, ResponderOptions? options = null, IReadOnlyList<IPAddress>? own = null)
    {
        _hub.Start();
        options ??= new ResponderOptions();
        _client = new ZeekClient(Endpoints("responder"));
        var responder = new Responder(_client, "test", new NftTable(options.Table, options.Timeout, nft), options, () => own ?? [], TimeProvider.System, Log);
        _node = new ZeekClient(Endpoints("zeek"));
        _node.Subscribe(Topics.Reply("host/zeek", 7));
        Running = responder.RunAsync(_stop.Token);
        _listening = ListenAsync();
    }

    public LogRecorder Log { get; } = new();

    public Task Running { get; }

    public async Task AskAsync(Drop drop)
    {
        await _node.StartAsync(Wait.Token);
        await _node.WaitForSubscriberAsync(Topics.Drop("test"), Wait.Token);
        _node.Publish(Topics.Drop("test"), new DropEvent(drop));
    }

    public void Undo(string rule) => _node.Publish(Topics.Drop("test"), new UndropEvent("host/zeek", 7, rule));

    public void Publish(ZeekEvent e) => _node.Publish(Topics.Drop("test"), e);

    /// <summary>The next answer, which must be about the rule.</summary>
    public async Task<(string Status, string Detail)> ResultAsync(string rule)
    {
        DropResultEvent? result = null;
        await Wait.UntilAsync(() => _results.TryDequeue(out result), $"an answer about {rule}");
        Xunit.Assert.Equal(rule, result!.Rule);
        return (result.Status, result.Detail);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Running;
        }
        catch (Exception e) when (e is OperationCanceledException or NftException)
        {
            // The test looks at Running where it matters.
        }

        await _client.DisposeAsync();
        await _node.DisposeAsync();
        await _listening;
        await _hub.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        await foreach (var message in _node.ReadAllAsync<DropResultEvent>())
        {
            _results.Enqueue(message.Event);
        }
    }

    private ZeekClientOptions Endpoints(string name) => new() { HubXPub = _hub.XPubEndpoint, HubXSub = _hub.XSubEndpoint, NodeName = name };
}
