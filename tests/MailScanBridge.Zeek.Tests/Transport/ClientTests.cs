using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Transport;

public class ClientTests
{
    private static readonly ZeekEvent Ping = new("Test::ping", ZeekValue.FromCount(1), ZeekValue.FromString("a"));

    [Fact]
    public async Task An_event_reaches_the_subscriber_with_its_topic_sender_and_epoch()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("test.");
        var sender = await cluster.StartClientAsync();
        Assert.Equal(PublishResult.Sent, sender.Publish("test.one.", Ping));
        var message = await Wait.NextAsync(receiver);
        Assert.Equal(new ZeekMessage("test.one.", sender.NodeId, Ping, 1), message);
    }

    [Fact]
    public async Task Once_started_both_sides_know_each_other_so_that_the_first_event_is_not_lost()
    {
        for (var i = 0; i < 5; i++)
        {
            await using var cluster = new Cluster();
            var one = await cluster.StartClientAsync("one.");
            var two = await cluster.StartClientAsync("two.");
            Assert.Equal(PublishResult.Sent, two.Publish("one.", Ping));
            await Wait.NextAsync(one);
            Assert.Equal(PublishResult.Sent, one.Publish("two.", Ping));
            await Wait.NextAsync(two);
        }
    }

    [Fact]
    public async Task A_topic_without_subscribers_is_told_to_the_publisher()
    {
        await using var cluster = new Cluster();
        var sender = await cluster.StartClientAsync();
        Assert.Equal(PublishResult.NoSubscriber, sender.Publish("nobody.", Ping));
        Assert.False(sender.HasSubscribers("nobody."));
        Assert.Equal(1, sender.Statistics.RefusedNoSubscriber);
    }

    [Fact]
    public async Task Without_a_connection_publishing_says_so_and_keeps_nothing()
    {
        await using var client = new ZeekClient(new ZeekClientOptions());
        Assert.Equal(PublishResult.Disconnected, client.Publish("any.", Ping));
        Assert.Equal(0, client.Statistics.SendQueueLength);
    }

    [Fact]
    public async Task A_subscriber_that_comes_later_ends_the_wait_for_one()
    {
        await using var cluster = new Cluster();
        var sender = await cluster.StartClientAsync();
        var waiting = sender.WaitForSubscriberAsync("late.topic.", Wait.Token);
        Assert.False(waiting.IsCompleted);
        var receiver = await cluster.StartClientAsync("late.");
        await waiting;
        Assert.Equal(PublishResult.Sent, sender.Publish("late.topic.", Ping));
        await Wait.NextAsync(receiver);
    }

    [Fact]
    public async Task A_subscription_made_after_the_start_is_live_when_it_says_so()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync();
        var sender = await cluster.StartClientAsync();
        await receiver.Subscribe("later.").Live.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken);
        await sender.WaitForSubscriberAsync("later.x", Wait.Token);
        Assert.Equal(PublishResult.Sent, sender.Publish("later.x", Ping));
        Assert.Equal("later.x", (await Wait.NextAsync(receiver)).Topic);
    }

    [Fact]
    public async Task A_topic_subscribed_twice_ends_with_the_second_end()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync();
        var sender = await cluster.StartClientAsync();
        var one = receiver.Subscribe("twice.");
        var two = receiver.Subscribe("twice.");
        await sender.WaitForSubscriberAsync("twice.", Wait.Token);
        one.Dispose();
        one.Dispose();
        await receiver.Subscribe("other.").Live.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken);
        Assert.True(sender.HasSubscribers("twice."));
        two.Dispose();
        await Wait.UntilAsync(() => !sender.HasSubscribers("twice."), "the topic to go");
    }

    [Fact]
    public async Task Topics_match_by_prefix_byte_by_byte()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("worker-1");
        var sender = await cluster.StartClientAsync();
        Assert.True(sender.HasSubscribers("worker-10"));
        Assert.True(sender.HasSubscribers("worker-1"));
        Assert.False(sender.HasSubscribers("worker-"));
        Assert.Equal(PublishResult.Sent, sender.Publish("worker-10", Ping));
        Assert.Equal("worker-10", (await Wait.NextAsync(receiver)).Topic);
    }

    [Fact]
    public async Task An_empty_subscription_matches_everything()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("");
        var sender = await cluster.StartClientAsync();
        Assert.Equal(PublishResult.Sent, sender.Publish("anything", Ping));
        Assert.Equal("anything", (await Wait.NextAsync(receiver)).Topic);
    }

    [Fact]
    public async Task A_client_does_not_receive_its_own_events()
    {
        await using var cluster = new Cluster();
        var client = await cluster.StartClientAsync("own.");
        var other = await cluster.StartClientAsync();
        Assert.Equal(PublishResult.Sent, client.Publish("own.", Ping));
        Assert.Equal(PublishResult.Sent, other.Publish("own.", Ping with { Name = "Test::other" }));
        Assert.Equal("Test::other", (await Wait.NextAsync(client)).Event.Name);
        await Wait.UntilAsync(() => client.Statistics.OwnSkipped == 1, "its own event to be skipped");
    }

    [Fact]
    public async Task A_clients_last_events_arrive_though_it_ends_at_once()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("last.");
        for (var i = 0; i < 5; i++)
        {
            var sender = await cluster.StartClientAsync();
            for (var n = 0; n < 100; n++)
                Assert.Equal(PublishResult.Sent, sender.Publish("last.", new ZeekEvent("Test::n", ZeekValue.FromCount((ulong)n))));
            await sender.DisposeAsync();
            Assert.Equal(100, sender.Statistics.Confirmed);
            Assert.Equal(0, sender.Statistics.SendLost);
            var received = await Wait.TakeAsync(receiver, 100);
            Assert.Equal(Enumerable.Range(0, 100).Select(n => (ulong)n), received.Select(message => message.Event.Args[0].AsCount()));
        }
    }

    [Fact]
    public async Task The_start_waits_for_a_hub_that_comes_later()
    {
        await using var cluster = new Cluster();
        var options = cluster.Options;
        await cluster.Hub.DisposeAsync();
        var client = cluster.NewClient(options);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.StartAsync(impatient.Token));
        var start = client.StartAsync(Wait.Token);
        await cluster.RestartHubAsync();
        await start;
        Assert.Equal(1, client.ConnectionEpoch);
    }

    [Fact]
    public async Task After_the_hub_has_come_back_events_flow_again_in_a_new_epoch()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("back.");
        var sender = await cluster.StartClientAsync();
        await cluster.RestartHubAsync();
        Assert.Equal(2, await receiver.WaitForConnectionAsync(1, Wait.Token));
        Assert.Equal(2, await sender.WaitForConnectionAsync(1, Wait.Token));
        await sender.WaitForSubscriberAsync("back.", Wait.Token);
        Assert.Equal(PublishResult.Sent, sender.Publish("back.", Ping));
        Assert.Equal(2, (await Wait.NextAsync(receiver)).ConnectionEpoch);
        Assert.Equal(1, receiver.Statistics.Disconnects);
    }

    [Fact]
    public async Task While_the_hub_is_gone_publishing_is_refused_as_disconnected()
    {
        await using var cluster = new Cluster();
        await cluster.StartClientAsync("gone.");
        var sender = await cluster.StartClientAsync();
        await cluster.Hub.DisposeAsync();
        await Wait.UntilAsync(() => sender.Publish("gone.", Ping) == PublishResult.Disconnected, "the loss to be seen");
        Assert.False(sender.IsConnected);
    }

    [Fact]
    public async Task Reading_ends_when_the_client_is_disposed()
    {
        await using var cluster = new Cluster();
        var client = await cluster.StartClientAsync("end.");
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in client.ReadAllAsync(Wait.Token))
            {
            }
        }, TestContext.Current.CancellationToken);
        await client.DisposeAsync();
        await reading;
        Assert.Throws<ObjectDisposedException>(() => client.Subscribe("x"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.StartAsync(Wait.Token));
    }

    [Fact]
    public void Unusable_options_are_told_all_at_once()
    {
        var e = Assert.Throws<ArgumentException>(() => new ZeekClient(
            new ZeekClientOptions { HubXPub = "ipc:///tmp/x", SendQueueCapacity = 0, Linger = TimeSpan.FromMilliseconds(1) }));
        Assert.Contains(nameof(ZeekClientOptions.HubXPub), e.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ZeekClientOptions.SendQueueCapacity), e.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ZeekClientOptions.Linger), e.Message, StringComparison.Ordinal);
    }
}
