using Microsoft.Extensions.Logging;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>A hub on free ports, and clients of it; all are disposed together.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly List<ZeekClient> _clients = [];

    public Cluster(ZeekHubOptions? options = null)
    {
        Hub = new ZeekHub((options ?? new ZeekHubOptions()) with { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:*" });
        Hub.Start();
    }

    public ZeekHub Hub { get; private set; }

    public ZeekClientOptions Options => new()
    {
        HubXPub = Hub.XPubEndpoint,
        HubXSub = Hub.XSubEndpoint,
        Reconnect = TimeSpan.FromMilliseconds(20),
        ReconnectMax = TimeSpan.FromMilliseconds(100),
    };

    public ZeekClient NewClient(ZeekClientOptions? options = null, TimeProvider? time = null, ILogger<ZeekClient>? logger = null)
    {
        var client = new ZeekClient(options ?? Options, logger, time);
        _clients.Add(client);
        return client;
    }

    public async Task<ZeekClient> StartClientAsync(string? topic = null, ZeekClientOptions? options = null, TimeProvider? time = null)
    {
        var client = NewClient(options, time);
        if (topic is not null)
            client.Subscribe(topic);
        await client.StartAsync(Wait.Token);
        return client;
    }

    public async Task RestartHubAsync()
    {
        var (xPub, xSub) = (Hub.XPubEndpoint, Hub.XSubEndpoint);
        await Hub.DisposeAsync();
        Hub = new ZeekHub(new ZeekHubOptions { XPub = xPub, XSub = xSub });
        await Wait.UntilAsync(TryStart, "the old hub's ports to be free");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await Hub.DisposeAsync();
    }

    private bool TryStart()
    {
        try
        {
            Hub.Start();
            return true;
        }
        catch (ZeekHubException)
        {
            Hub = new ZeekHub(new ZeekHubOptions { XPub = Hub.XPubEndpoint, XSub = Hub.XSubEndpoint });
            return false;
        }
    }
}
