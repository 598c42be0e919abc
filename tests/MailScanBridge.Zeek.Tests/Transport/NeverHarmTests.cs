using MailScanBridge.Zeek.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace MailScanBridge.Zeek.Tests.Transport;

public class NeverHarmTests
{
    [Theory]
    [InlineData(ReceiveOverflow.DropNewest, 0)]
    [InlineData(ReceiveOverflow.DropOldest, 400)]
    public async Task What_is_not_read_is_dropped_by_the_chosen_policy_and_counted_by_topic(ReceiveOverflow policy, int first)
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("full.", cluster.Options with { ReceiveQueueCapacity = 100, Overflow = policy });
        var sender = await cluster.StartClientAsync();
        for (var i = 0; i < 500; i++)
            Assert.Equal(PublishResult.Sent, sender.Publish("full.a", new ZeekEvent("Test::n", ZeekValue.FromCount((ulong)i))));
        await Wait.UntilAsync(() => receiver.Statistics.Received == 500, "all to come in");
        await Wait.UntilAsync(() => receiver.Statistics.Overflow.GetValueOrDefault("full.a") == 400, "what was dropped to be counted");
        var read = await Wait.TakeAsync(receiver, 100);
        Assert.Equal(Enumerable.Range(first, 100).Select(i => (ulong)i), read.Select(message => message.Event.Args[0].AsCount()));
    }

    [Fact]
    public async Task The_bytes_that_wait_to_be_read_are_bounded_too()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("big.", cluster.Options with { ReceiveQueueBytes = 100_000 });
        var sender = await cluster.StartClientAsync();
        for (var i = 0; i < 20; i++)
            sender.Publish("big.", new ZeekEvent("Test::big", ZeekValue.FromBytes(new byte[20_000])));
        await Wait.UntilAsync(() => receiver.Statistics.Received == 20, "all to come in");
        await Wait.UntilAsync(() => receiver.Statistics.Overflow.GetValueOrDefault("big.") == 16, "what was dropped to be counted");
        Assert.Equal(4, receiver.Statistics.ReceiveQueueLength);
    }

    [Fact]
    public async Task Messages_that_cannot_be_read_are_counted_by_kind_and_the_next_good_one_arrives()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("bad.");
        using var sender = await RawPeer.ShakeHandsAsync(cluster.Hub.XSubEndpoint, "XPUB");
        var topic = "bad."u8.ToArray();
        var id = "someone"u8.ToArray();
        var bin = "broker-bin-v1"u8.ToArray();
        var good = ZeekWire.Encode(new ZeekEvent("Test::good"));
        await sender.SendMessageAsync(topic);
        await sender.SendMessageAsync(topic, id, bin);
        await sender.SendMessageAsync(topic, id, bin, good, good);
        await sender.SendMessageAsync(topic, id, "broker-json-v1"u8.ToArray(), "{}"u8.ToArray());
        await sender.SendMessageAsync(topic, id, bin, [0xff, 0xfe]);
        await sender.SendMessageAsync(topic, id, bin, [0]);
        await sender.SendMessageAsync(topic, [], bin, []);
        await sender.SendMessageAsync(topic, id, bin, good);
        var message = await Wait.NextAsync(receiver);
        Assert.Equal(("Test::good", "someone"), (message.Event.Name, message.Sender));
        var counts = receiver.Statistics.Undecodable;
        Assert.Equal(3, counts["part-count"]);
        Assert.Equal(1, counts["serializer"]);
        Assert.Equal(1, counts[nameof(ZeekWireError.UnknownTag)]);
        Assert.Equal(1, counts[nameof(ZeekWireError.NotAnEvent)]);
        Assert.Equal(1, counts[nameof(ZeekWireError.Truncated)]);
    }

    [Fact]
    public async Task An_unreadable_kind_is_logged_once_with_its_sender()
    {
        await using var cluster = new Cluster();
        var log = new ListLogger();
        var receiver = cluster.NewClient(logger: log);
        receiver.Subscribe("bad.");
        await receiver.StartAsync(Wait.Token);
        using var sender = await RawPeer.ShakeHandsAsync(cluster.Hub.XSubEndpoint, "XPUB");
        for (var i = 0; i < 5; i++)
            await sender.SendMessageAsync("bad."u8.ToArray(), "evil\n\u0001"u8.ToArray());
        await Wait.UntilAsync(() => receiver.Statistics.Undecodable.GetValueOrDefault("part-count") == 5, "all to be counted");
        Assert.Equal(1, log.Lines.Count(line => line.Contains("part-count", StringComparison.Ordinal)));
        Assert.Contains(log.Lines, line => line.Contains(@"evil\x0a\x01", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_standing_still_a_client_drops_what_piled_up_and_connects_anew()
    {
        await using var cluster = new Cluster();
        var time = new FakeTimeProvider();
        var client = await cluster.StartClientAsync("pause.", time: time);
        time.Advance(TimeSpan.FromSeconds(11));
        await Wait.UntilAsync(() => client.Statistics.Pauses == 1, "the standstill to be noticed");
        await Wait.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(200));
                return client.ConnectionEpoch == 2;
            },
            "the new connection");
    }

    [Fact]
    public async Task A_hub_that_stops_answering_counts_as_lost()
    {
        await using var cluster = new Cluster();
        var time = new FakeTimeProvider();
        var client = await cluster.StartClientAsync("mute.", cluster.Options with { PauseLimit = TimeSpan.FromHours(1) }, time);
        time.Advance(TimeSpan.FromSeconds(31));
        await Wait.UntilAsync(() => client.Statistics.Disconnects == 1, "the loss to be noticed");
    }

    [Fact]
    public async Task Publishing_faster_than_the_hub_takes_it_is_told_and_what_was_accepted_arrives()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("fast.", cluster.Options with { ReceiveQueueCapacity = 100_000 });
        var sender = await cluster.StartClientAsync(options: cluster.Options with { SendQueueCapacity = 64, SendWindow = 16 });
        var accepted = 0;
        var refused = 0;
        while (refused == 0 || accepted < 1000)
        {
            if (sender.Publish("fast.", new ZeekEvent("Test::n", ZeekValue.FromCount((ulong)accepted))) == PublishResult.Sent)
                accepted++;
            else
                refused++;
        }

        var read = await Wait.TakeAsync(receiver, accepted);
        Assert.Equal(Enumerable.Range(0, accepted).Select(i => (ulong)i), read.Select(message => message.Event.Args[0].AsCount()));
        Assert.Equal(refused, sender.Statistics.RefusedQueueFull);
        await Wait.UntilAsync(() => sender.Statistics.Confirmed == accepted, "all to be confirmed");
    }
}
