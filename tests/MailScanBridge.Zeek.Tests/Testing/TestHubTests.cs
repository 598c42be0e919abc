using MailScanBridge.Zeek.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace MailScanBridge.Zeek.Tests.Testing;

public class TestHubTests
{
    private static readonly ZeekEvent Ping = new("Test::ping", ZeekValue.FromCount(1));

    private readonly ZeekTestHub _hub = new();

    private async Task<ZeekClient> StartAsync(string? topic = null, ZeekClientOptions? options = null, TimeProvider? time = null)
    {
        var client = _hub.NewClient(options, timeProvider: time);
        if (topic is not null)
            client.Subscribe(topic);
        await client.StartAsync(Wait.Token);
        return client;
    }

    [Fact]
    public async Task Clients_of_a_hub_in_memory_exchange_events()
    {
        await using var receiver = await StartAsync("mem.");
        await using var sender = await StartAsync();
        Assert.Equal(PublishResult.NoSubscriber, sender.Publish("nobody.", Ping));
        Assert.Equal(PublishResult.Sent, sender.Publish("mem.1", Ping));
        Assert.Equal(new ZeekMessage("mem.1", sender.NodeId, Ping, 1), await Wait.NextAsync(receiver));
        Assert.Equal("Test::ping", Assert.Single(_hub.Published).Name);
        await sender.DisposeAsync();
        Assert.Equal(1, sender.Statistics.Confirmed);
    }

    [Fact]
    public async Task A_test_publishes_as_Zeek_and_injects_what_Zeek_never_would()
    {
        await using var receiver = await StartAsync("mem.");
        _hub.Inject("mem."u8.ToArray(), [1]);
        _hub.Publish("mem.", Ping, "worker-1");
        Assert.Equal("worker-1", (await Wait.NextAsync(receiver)).Sender);
        Assert.Equal(1, receiver.Statistics.Undecodable["part-count"]);
    }

    [Fact]
    public async Task A_disconnect_is_seen_and_mended_when_the_tests_clock_says_so()
    {
        var time = new FakeTimeProvider();
        await using var client = await StartAsync("mem.", time: time);
        _hub.Stop();
        await Wait.UntilAsync(() => !client.IsConnected, "the loss");
        Assert.Equal(PublishResult.Disconnected, client.Publish("mem.", Ping));
        _hub.Start();
        Assert.False(client.IsConnected);
        await Wait.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(200));
                return client.ConnectionEpoch == 2;
            },
            "the new connection");
    }

    [Fact]
    public async Task A_stalled_hub_fills_the_window_then_the_queue_and_nothing_is_lost_after_it()
    {
        await using var receiver = await StartAsync("mem.");
        await using var sender = await StartAsync(options: new ZeekClientOptions { SendWindow = 16, SendQueueCapacity = 10 });
        _hub.Stall();
        var sent = 0;
        await Wait.UntilAsync(
            () =>
            {
                var result = sender.Publish("mem.", new ZeekEvent("Test::n", ZeekValue.FromCount((ulong)sent)));
                sent += result == PublishResult.Sent ? 1 : 0;
                return result == PublishResult.QueueFull && sender.Statistics.Sent == 16;
            },
            "the queue to be full");
        Assert.Equal(26, sent);
        Assert.Equal(0, sender.Statistics.Confirmed);
        _hub.Resume();
        var read = await Wait.TakeAsync(receiver, sent);
        Assert.Equal(Enumerable.Range(0, sent).Select(i => (ulong)i), read.Select(message => message.Event.Args[0].AsCount()));
    }

    [Fact]
    public async Task Events_that_were_under_way_when_the_connection_broke_are_counted_as_lost()
    {
        await using var receiver = await StartAsync("mem.");
        await using var sender = await StartAsync();
        _hub.Stall();
        for (var i = 0; i < 5; i++)
            Assert.Equal(PublishResult.Sent, sender.Publish("mem.", Ping));
        await Wait.UntilAsync(() => sender.Statistics.Sent == 5, "all to leave");
        _hub.Disconnect();
        await Wait.UntilAsync(() => sender.Statistics.SendLost == 5, "the loss to be counted");
    }

    [Fact]
    public async Task A_request_gets_the_reply_with_its_id_and_no_other()
    {
        await using var client = await StartAsync("reply.");
        await using var server = await StartAsync("request.");
        var serving = ServeAsync(server);
        await client.WaitForSubscriberAsync("request.", Wait.Token);
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => client.RequestAsync(
            "request.",
            new ZeekEvent("Test::ask", ZeekValue.FromString($"id{i}"), ZeekValue.FromCount((ulong)i)),
            new ZeekReplyMatch("Test::answer", 0, ZeekValue.FromString($"id{i}")),
            Wait.Deadline,
            Wait.Token)));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (ulong)i * 2), replies.Select(reply => reply.Event.Args[1].AsCount()));
        Assert.Equal(0, client.Statistics.ReceiveQueueLength);
        await server.DisposeAsync();
        await serving;
    }

    private static async Task ServeAsync(ZeekClient server)
    {
        await foreach (var message in server.ReadAllAsync(Wait.Token))
            server.Publish("reply.", new ZeekEvent("Test::answer", message.Event.Args[0], ZeekValue.FromCount(message.Event.Args[1].AsCount() * 2)));
    }

    [Fact]
    public async Task Ids_may_stand_in_different_places_and_what_nobody_waits_for_is_read()
    {
        await using var client = await StartAsync("x.");
        var first = Ask(0, "a");
        var second = Ask(1, "b");
        var third = Ask(2, "c");
        foreach (var args in (string[][])[["-", "-", "-"], ["-"], ["-", "b"], ["a", "-", "-"], ["-", "-", "c"], ["a", "b", "c"]])
            _hub.Publish("x.", new ZeekEvent("Test::answer", [.. args.Select(ZeekValue.FromString)]));

        Assert.Equal([3, 2, 3], (await Task.WhenAll(first, second, third)).Select(reply => reply.Event.Args.Count));
        await Wait.UntilAsync(() => client.Statistics.ReceiveQueueLength == 3, "the rest to be kept for whoever reads");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Ask(-1, "d"));

        Task<ZeekMessage> Ask(int place, string id) =>
            client.RequestAsync("x.", Ping, new ZeekReplyMatch("Test::answer", place, ZeekValue.FromString(id)), Wait.Deadline, Wait.Token);
    }

    [Fact]
    public async Task A_request_without_a_reply_ends_at_its_deadline_by_the_tests_clock()
    {
        var time = new FakeTimeProvider();
        await using var client = await StartAsync("x.", time: time);
        var match = new ZeekReplyMatch("Test::answer", 0, ZeekValue.FromCount(1));
        var request = client.RequestAsync("x.", Ping, match, TimeSpan.FromSeconds(5), Wait.Token);
        await Assert.ThrowsAsync<ArgumentException>(() => client.RequestAsync("x.", Ping, match, TimeSpan.FromSeconds(5), Wait.Token));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(request.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => request);
    }

    [Fact]
    public async Task A_request_that_cannot_be_sent_or_is_cancelled_says_so()
    {
        await using var client = await StartAsync("x.");
        var match = new ZeekReplyMatch("Test::answer", 0, ZeekValue.FromCount(1));
        var e = await Assert.ThrowsAsync<ZeekPublishException>(() => client.RequestAsync("nobody.", Ping, match, TimeSpan.FromSeconds(5), Wait.Token));
        Assert.Equal(PublishResult.NoSubscriber, e.Result);
        using var cancel = new CancellationTokenSource();
        var request = client.RequestAsync("x.", Ping, match, TimeSpan.FromMinutes(5), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }
}
