using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Transport;

public class HubTests
{
    [Theory]
    [InlineData("tcp://0.0.0.0:0")]
    [InlineData("tcp://*:0")]
    [InlineData("tcp://192.168.1.1:5555")]
    [InlineData("tcp://[::]:0")]
    [InlineData("tcp://example.org:1")]
    [InlineData("ipc:///tmp/hub")]
    [InlineData("tcp://127.0.0.1")]
    [InlineData("tcp://127.0.0.1:70000")]
    public void A_hub_never_listens_outside_loopback(string endpoint)
    {
        Assert.Equal(endpoint, Assert.Throws<ZeekHubException>(() => new ZeekHub(new ZeekHubOptions { XPub = endpoint })).Endpoint);
        Assert.Equal(endpoint, Assert.Throws<ZeekHubException>(() => new ZeekHub(new ZeekHubOptions { XSub = endpoint })).Endpoint);
    }

    [Fact]
    public async Task A_taken_port_is_a_clear_error()
    {
        await using var cluster = new Cluster();
        await using var second = new ZeekHub(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = cluster.Hub.XSubEndpoint });
        var e = Assert.Throws<ZeekHubException>(second.Start);
        Assert.Equal(cluster.Hub.XSubEndpoint, e.Endpoint);
    }

    [Fact]
    public async Task A_free_port_is_taken_where_none_is_named_and_told()
    {
        await using var cluster = new Cluster();
        Assert.Matches("^tcp://127\\.0\\.0\\.1:[1-9][0-9]+$", cluster.Hub.XPubEndpoint);
        Assert.NotEqual(cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint);
    }

    [Fact]
    public async Task A_hub_on_IPv6_loopback_is_reached()
    {
        await using var hub = new ZeekHub(new ZeekHubOptions { XPub = "tcp://[::1]:0", XSub = "tcp://[::1]:0" });
        hub.Start();
        var options = new ZeekClientOptions { HubXPub = hub.XPubEndpoint, HubXSub = hub.XSubEndpoint };
        await using var client = new ZeekClient(options);
        await client.StartAsync(Wait.Token);
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task A_large_event_passes_whole()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("big.");
        var sender = await cluster.StartClientAsync();
        var bytes = new byte[5_000_000];
        new Random(1).NextBytes(bytes);
        Assert.Equal(PublishResult.Sent, sender.Publish("big.", new ZeekEvent("Test::big", ZeekValue.FromBytes(bytes))));
        Assert.True((await Wait.NextAsync(receiver)).Event.Args[0].AsBytes().Span.SequenceEqual(bytes));
    }

    [Fact]
    public async Task A_hub_that_was_never_started_can_be_disposed()
    {
        await using var hub = new ZeekHub();
        Assert.Equal("tcp://127.0.0.1:27860", hub.XPubEndpoint);
    }

    [Fact]
    public async Task A_logger_that_throws_ends_nothing()
    {
        await using var hub = new ZeekHub(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:0" }, new ThrowingLogger());
        hub.Start();
        using var peer = await RawPeer.ConnectAsync(hub.XPubEndpoint);
        await peer.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await peer.ReceiveToEndAsync();
        await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = hub.XPubEndpoint, HubXSub = hub.XSubEndpoint });
        await client.StartAsync(Wait.Token);
        await Wait.UntilAsync(() => hub.Statistics.Refused == 1, "the peer to be counted");
    }

    [Fact]
    public void All_faults_of_the_options_are_told_at_once()
    {
        var wrong = new ZeekHubOptions { MaxMessageBytes = 1, SubscriberQueueCapacity = 0, SubscriberQueueBytes = 0, MaxPeers = 0, MaxTopicBytes = 0, SubscriberTopics = -1, SubscriberTopicBytes = 0 };
        var names = wrong.GetType().GetProperties().Where(each => each.PropertyType == typeof(int)).Select(each => each.Name).ToList();
        Assert.Equal(7, names.Count);
        var numbers = Assert.Throws<ArgumentException>(() => new ZeekHub(wrong));
        Assert.All(names, name => Assert.Contains(name + " is ", numbers.Message, StringComparison.Ordinal));
        var all = Assert.Throws<ZeekHubException>(() => new ZeekHub(wrong with { XPub = null!, XSub = "tcp://192.0.2.1:1" }));
        Assert.All(names.Append("XPub").Append("XSub"), name => Assert.Contains(name, all.Message, StringComparison.Ordinal));
        Assert.Equal("tcp://192.0.2.1:1", all.Endpoint);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("LocalHost")]
    public async Task The_name_of_loopback_is_known_however_it_is_written(string name)
    {
        await using var hub = new ZeekHub(new ZeekHubOptions { XPub = $"tcp://{name}:0", XSub = $"tcp://{name}:0" });
        hub.Start();
        var options = new ZeekClientOptions { HubXPub = hub.XPubEndpoint.Replace("127.0.0.1", name, StringComparison.Ordinal), HubXSub = hub.XSubEndpoint.Replace("127.0.0.1", name, StringComparison.Ordinal) };
        await using var client = new ZeekClient(options);
        await client.StartAsync(Wait.Token);
        Assert.True(client.IsConnected);
    }
}
