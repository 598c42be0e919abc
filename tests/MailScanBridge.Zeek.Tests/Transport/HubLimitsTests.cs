using System.Text;
using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Transport;

/// <summary>What one peer can make the hub keep is bounded, and who goes beyond is cut off rather than left with less than it believes to have.</summary>
public sealed class HubLimitsTests
{
    private static readonly ZeekEvent Ping = new("Test::ping", ZeekValue.FromCount(1));

    private static byte[] Subscription(string topic) => [1, .. Encoding.UTF8.GetBytes(topic)];

    public static TheoryData<string[]> TooMuch => new()
    {
        { [new string('t', 21)] },
        { ["t.1", "t.2", "t.3", "t.4"] },
        { [new string('a', 20), new string('b', 20), "c"] },
    };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public async Task A_subscriber_that_wants_more_or_longer_topics_than_are_allowed_is_cut_off_and_counted(string[] topics)
    {
        await using var cluster = new Cluster(new ZeekHubOptions { MaxTopicBytes = 20, SubscriberTopics = 3, SubscriberTopicBytes = 40 });
        using var peer = await RawPeer.ShakeHandsAsync(cluster.Hub.XPubEndpoint, "SUB");
        foreach (var topic in topics)
            await peer.SendMessageAsync(Subscription(topic));
        await peer.ReceiveToEndAsync();
        await Wait.UntilAsync(() => cluster.Hub.Statistics.CutForTopics == 1, "the peer to be counted");
        Assert.Equal((0, 0, 0L), (cluster.Hub.Statistics.Subscribers, cluster.Hub.Statistics.Topics, cluster.Hub.Statistics.Broken));
    }

    [Fact]
    public async Task A_subscriber_within_the_limits_is_served_and_topics_that_it_ended_do_not_count()
    {
        await using var cluster = new Cluster(new ZeekHubOptions { MaxTopicBytes = 20, SubscriberTopics = 3, SubscriberTopicBytes = 40 });
        using var peer = await RawPeer.ShakeHandsAsync(cluster.Hub.XPubEndpoint, "SUB");
        foreach (var topic in new[] { "t.1", "t.1", "t.2", new string('t', 20) })
            await peer.SendMessageAsync(Subscription(topic));
        for (var i = 0; i < 10; i++)
        {
            await peer.SendMessageAsync([0, .. Encoding.UTF8.GetBytes(i == 0 ? "t.2" : $"u.{i - 1}")]);
            await peer.SendMessageAsync(Subscription($"u.{i}"));
        }

        await Wait.UntilAsync(() => cluster.Hub.Statistics is { SubscriptionChanges: 24, Topics: 3 }, "all to be subscribed to");
        Assert.Equal((1, 0L), (cluster.Hub.Statistics.Subscribers, cluster.Hub.Statistics.CutForTopics));
    }

    [Fact]
    public async Task The_reason_stands_in_the_log()
    {
        var log = new ListLogger();
        await using var hub = new ZeekHub(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:0" }, log);
        hub.Start();
        using var peer = await RawPeer.ShakeHandsAsync(hub.XPubEndpoint, "SUB");
        await peer.SendMessageAsync(Subscription(new string('t', 1025)));
        await peer.ReceiveToEndAsync();
        await Wait.UntilAsync(() => log.Lines.Any(line => line.Contains("closed a connection: TooManyTopics, 1 times", StringComparison.Ordinal)), "a line with the reason");
    }

    [Fact]
    public async Task A_publisher_that_does_not_read_the_notices_is_cut_off_and_counted()
    {
        await using var cluster = new Cluster(new ZeekHubOptions { SubscriberQueueBytes = 1 << 20, MaxTopicBytes = 1 << 20, SubscriberTopicBytes = 1 << 28 });
        using var publisher = await RawPeer.ShakeHandsAsync(cluster.Hub.XSubEndpoint, "XPUB");
        await Wait.UntilAsync(() => cluster.Hub.Statistics.Publishers == 1, "the publisher to join");
        var subscriber = await RawPeer.ShakeHandsAsync(cluster.Hub.XPubEndpoint, "SUB");
        for (var i = 0; i < 400; i++)
            await subscriber.SendMessageAsync(Subscription(i + new string('t', 100_000)));
        await Wait.UntilAsync(() => cluster.Hub.Statistics is { CutForNotices: 1, Publishers: 0 }, "the publisher to be cut off");
        Assert.Equal(0, cluster.Hub.Statistics.CutForTopics);
        subscriber.Dispose();
        await Wait.UntilAsync(() => cluster.Hub.Statistics.Topics == 0, "the long topics to go");
        await AssertEventsFlow(cluster);
    }

    [Fact]
    public async Task No_more_peers_than_are_allowed_are_served()
    {
        await using var cluster = new Cluster(new ZeekHubOptions { MaxPeers = 2 });
        var one = await cluster.StartClientAsync();
        await cluster.StartClientAsync();
        using var peer = await RawPeer.ConnectAsync(cluster.Hub.XPubEndpoint);
        Assert.Empty(await peer.ReceiveToEndAsync());
        Assert.Equal(1, cluster.Hub.Statistics.Refused);
        await one.DisposeAsync();

        // Its place is free a moment after it has gone.
        var deadline = Wait.Token;
        while (!await IsServedAsync(cluster.Hub.XPubEndpoint))
            deadline.ThrowIfCancellationRequested();
    }

    private static async Task<bool> IsServedAsync(string endpoint)
    {
        try
        {
            using var peer = await RawPeer.ShakeHandsAsync(endpoint, "SUB");
            return true;
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or EndOfStreamException)
        {
            return false;
        }
    }

    private static async Task AssertEventsFlow(Cluster cluster)
    {
        var receiver = await cluster.StartClientAsync("flow.");
        var sender = await cluster.StartClientAsync();
        Assert.Equal(PublishResult.Sent, sender.Publish("flow.", Ping));
        await Wait.NextAsync(receiver);
    }
}
