using MailScanBridge.Zeek.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace MailScanBridge.Zeek.Tests.Testing;

/// <summary>A hub in memory that is stalled does nothing at all until it goes on, in the order in which it came.</summary>
public sealed class StalledHubTests
{
    private readonly ZeekTestHub _hub = new();

    private async Task<ZeekClient> StartAsync(string? topic = null, TimeProvider? time = null)
    {
        var client = _hub.NewClient(timeProvider: time);
        if (topic is not null)
            client.Subscribe(topic);
        await client.StartAsync(Wait.Token);
        return client;
    }

    [Fact]
    public async Task What_the_test_publishes_meanwhile_keeps_its_place()
    {
        await using var receiver = await StartAsync("a.");
        await using var sender = await StartAsync();
        _hub.Stall();
        Assert.Equal(PublishResult.Sent, sender.Publish("a.", new ZeekEvent("A::first")));
        await Wait.UntilAsync(() => _hub.Published.Count == 1, "the first to reach the hub");
        _hub.Publish("a.", new ZeekEvent("A::second"));
        _hub.Inject("a."u8.ToArray(), "zeek"u8.ToArray(), "broker-bin-v1"u8.ToArray(), ZeekWire.Encode(new ZeekEvent("A::third")));
        Assert.Equal(0, receiver.Statistics.Received);
        _hub.Resume();
        Assert.Equal(["A::first", "A::second", "A::third"], (await Wait.TakeAsync(receiver, 3)).Select(message => message.Event.Name));
    }

    [Fact]
    public async Task A_client_that_connects_meanwhile_becomes_live_only_when_it_goes_on()
    {
        await using var before = await StartAsync();
        _hub.Stall();
        await using var client = _hub.NewClient();
        client.Subscribe("late.");
        var live = before.Subscribe("early.").Live;
        var start = client.StartAsync(Wait.Token);
        await Wait.UntilAsync(() => _hub.Connections == 2, "the connection");
        _hub.Publish("late.", new ZeekEvent("A::missed"));

        // The echo of what was published is behind the subscriptions, and has not come either.
        Assert.Equal((false, false, false), (start.IsCompleted, client.IsConnected, live.IsCompleted));
        _hub.Resume();
        await start;
        await live;

        // Of the two subscriptions either may have been made first.
        await Wait.UntilAsync(() => before.SubscribersOf("late.x") == ZeekSubscribers.Others, "the other's topic to be known");
    }

    [Fact]
    public async Task What_it_held_is_gone_with_the_connections_as_the_sender_counted_it()
    {
        var time = new FakeTimeProvider();
        await using var receiver = await StartAsync("a.", time);
        await using var sender = await StartAsync(time: time);
        _hub.Stall();
        sender.Publish("a.", new ZeekEvent("A::lost"));
        await Wait.UntilAsync(() => _hub.Published.Count == 1, "it to reach the hub");
        _hub.Disconnect();
        await Wait.UntilAsync(() => sender.Statistics.SendLost == 1, "the loss to be counted");
        await Wait.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(200));
                return _hub.Connections == 2;
            },
            "the new connections");
        _hub.Resume();
        await Wait.UntilAsync(() => receiver.IsConnected && sender.IsConnected && sender.HasSubscribers("a."), "both to be live");
        sender.Publish("a.", new ZeekEvent("A::next"));
        Assert.Equal("A::next", (await Wait.NextAsync(receiver)).Event.Name);
    }

    [Fact]
    public async Task Events_of_the_test_are_dropped_as_those_of_clients()
    {
        await using var receiver = await StartAsync("a.");
        _hub.DropNext(2);
        _hub.Publish("a.", new ZeekEvent("A::one"));
        _hub.Inject("a."u8.ToArray());
        _hub.Publish("a.", new ZeekEvent("A::three"));
        Assert.Equal("A::three", (await Wait.NextAsync(receiver)).Event.Name);
        Assert.Equal(1, receiver.Statistics.Received);
        Assert.Throws<ArgumentOutOfRangeException>(() => _hub.DropNext(-1));
    }

    [Fact]
    public async Task A_message_without_a_part_is_refused()
    {
        await using var receiver = await StartAsync("");
        Assert.Throws<ArgumentException>(() => _hub.Inject());
        Assert.Throws<ArgumentException>(() => _hub.Inject("a."u8.ToArray(), null!));
    }
}
