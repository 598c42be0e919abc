using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Transport;

public class SubscribersTests
{
    private static readonly ZeekEvent Ping = new("Test::ping");

    [Fact]
    public async Task A_clients_own_subscription_is_no_other_subscriber_and_hides_those_of_the_same_prefix()
    {
        await using var cluster = new Cluster();
        var client = await cluster.StartClientAsync("own.");
        Assert.Equal(ZeekSubscribers.PerhapsOthers, client.SubscribersOf("own.x"));
        Assert.False(client.HasSubscribers("own.x"));
        Assert.Equal(ZeekSubscribers.None, client.SubscribersOf("own"));
        var waiting = client.WaitForSubscriberAsync("own.x", Wait.Token);

        // The hub tells a topic's first subscriber only, so this one stays unknown; but nothing is kept from it.
        var same = await cluster.StartClientAsync("own.");
        Assert.Equal(ZeekSubscribers.PerhapsOthers, client.SubscribersOf("own.x"));
        Assert.Equal(PublishResult.Sent, client.Publish("own.x", Ping));
        await Wait.NextAsync(same);
        Assert.False(waiting.IsCompleted);

        var longer = await cluster.StartClientAsync("own.x");
        await waiting;
        Assert.Equal(ZeekSubscribers.Others, client.SubscribersOf("own.x"));
        Assert.Equal(ZeekSubscribers.PerhapsOthers, client.SubscribersOf("own.y"));
        await longer.DisposeAsync();
        await Wait.UntilAsync(() => client.SubscribersOf("own.x") == ZeekSubscribers.PerhapsOthers, "the longer topic to go");
    }

    [Theory]
    [InlineData(true, ZeekSubscribers.Others)]
    [InlineData(false, ZeekSubscribers.None)]
    public async Task Once_a_client_has_ended_its_own_subscription_the_others_are_certain(bool another, ZeekSubscribers expected)
    {
        await using var cluster = new Cluster();
        var client = await cluster.StartClientAsync();
        var own = client.Subscribe("end.");
        await own.Live.WaitAsync(Wait.Token);
        if (another)
            await cluster.StartClientAsync("end.");
        Assert.Equal(ZeekSubscribers.PerhapsOthers, client.SubscribersOf("end."));
        own.Dispose();
        await Wait.UntilAsync(() => client.SubscribersOf("end.") == expected, "certainty");
    }

    [Fact]
    public async Task A_subscription_ended_and_made_again_at_once_is_still_the_clients_own()
    {
        await using var cluster = new Cluster();
        var client = await cluster.StartClientAsync();
        for (var i = 0; i < 20; i++)
        {
            using var own = client.Subscribe("again.");
            await own.Live.WaitAsync(Wait.Token);
            Assert.Equal(ZeekSubscribers.PerhapsOthers, client.SubscribersOf("again."));
        }

        await Wait.UntilAsync(() => client.SubscribersOf("again.") == ZeekSubscribers.None, "the topic to go");
    }

    [Fact]
    public async Task Past_the_room_for_topics_nothing_is_refused_and_it_is_counted_and_told_once()
    {
        var hub = new ZeekTestHub();
        var log = new ListLogger();
        var options = new ZeekClientOptions { Reconnect = TimeSpan.FromMilliseconds(5), KnownTopicsBytes = 10 * 100 };
        await using var client = hub.NewClient(options, log);
        await using var other = hub.NewClient(options);
        await client.StartAsync(Wait.Token);
        await other.StartAsync(Wait.Token);
        Assert.Equal(ZeekSubscribers.None, client.SubscribersOf("nobody."));
        var topics = Enumerable.Range(0, 30).Select(i => other.Subscribe($"topic {i:D2}")).ToList();
        await Wait.UntilAsync(() => client.Statistics.TopicsNotKept == 17, "thirteen of 72 bytes to be kept and the rest to be counted");

        Assert.Equal(ZeekSubscribers.Others, client.SubscribersOf("topic 00"));
        Assert.Equal(ZeekSubscribers.PerhapsOthers, client.SubscribersOf("topic 29"));
        Assert.Equal(PublishResult.Sent, client.Publish("topic 29", Ping));
        Assert.Equal("topic 29", (await Wait.NextAsync(other)).Topic);
        Assert.Single(log.Lines, line => line.Contains("more topics than KnownTopicsBytes", StringComparison.Ordinal));

        topics.ForEach(topic => topic.Dispose());
        hub.Disconnect();
        await client.WaitForConnectionAsync(1, Wait.Token);
        Assert.Equal(ZeekSubscribers.None, client.SubscribersOf("topic 29"));
    }

    [Fact]
    public async Task After_a_reconnect_the_same_is_known_as_before()
    {
        var hub = new ZeekTestHub();
        await using var client = hub.NewClient(new ZeekClientOptions { Reconnect = TimeSpan.FromMilliseconds(5) });
        await using var other = hub.NewClient(new ZeekClientOptions { Reconnect = TimeSpan.FromMilliseconds(5) });
        client.Subscribe("own.");
        other.Subscribe("other.");
        await client.StartAsync(Wait.Token);
        await other.StartAsync(Wait.Token);
        hub.Disconnect();
        await client.WaitForConnectionAsync(1, Wait.Token);
        await client.WaitForSubscriberAsync("other.", Wait.Token);
        Assert.Equal(ZeekSubscribers.PerhapsOthers, client.SubscribersOf("own."));
        hub.Stop();
        await Wait.UntilAsync(() => client.SubscribersOf("own.") == ZeekSubscribers.None, "the loss to be noticed");
    }
}
