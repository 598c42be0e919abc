using System.Text;
using MailScanBridge.Zeek.Tests.Support;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Tests.Transport;

public class HubHostilePeerTests
{
    private static readonly ZeekEvent Ping = new("Test::ping", ZeekValue.FromCount(1));

    public static TheoryData<string, byte[]> BadBeginnings => new()
    {
        { "a browser", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray() },
        { "ZMTP 1.0", [1, 0, .. RawPeer.Message("topic"u8.ToArray())] },
        { "ZMTP 2.0", [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 2, 0, 0] },
        { "CURVE", ZmtpGreeting.Create("CURVE"u8) },
        { "another mechanism that begins with NULL", ZmtpGreeting.Create("NULLX"u8) },
        { "a wrong kind of socket", [.. ZmtpGreeting.Create("NULL"u8), .. ZmtpReady.Create("ROUTER"u8)] },
        { "no READY", [.. ZmtpGreeting.Create("NULL"u8), .. RawPeer.Message("hello"u8.ToArray())] },
        { "a broken READY", [.. ZmtpGreeting.Create("NULL"u8), 4, 8, 5, (byte)'R', (byte)'E', (byte)'A', (byte)'D', (byte)'Y', 200, 1] },
        { "a READY without end", [.. ZmtpGreeting.Create("NULL"u8), 6, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff] },
    };

    [Theory]
    [MemberData(nameof(BadBeginnings))]
    public async Task A_peer_that_does_not_begin_as_it_should_is_closed_and_counted(string what, byte[] bytes)
    {
        Assert.NotEmpty(what);
        await using var cluster = new Cluster();
        using var receiving = await RawPeer.ConnectAsync(cluster.Hub.XPubEndpoint);
        await receiving.SendAsync(bytes);
        await receiving.ReceiveToEndAsync();
        using var sending = await RawPeer.ConnectAsync(cluster.Hub.XSubEndpoint);
        await sending.SendAsync(bytes);
        await sending.ReceiveToEndAsync();
        await Wait.UntilAsync(() => cluster.Hub.Statistics.Refused == 2, "both to be counted");
        await AssertEventsFlow(cluster);
    }

    [Fact]
    public async Task A_flood_of_refused_peers_is_counted_and_does_not_flood_the_log()
    {
        var log = new ListLogger();
        await using var hub = new ZeekHub(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:0" }, log);
        hub.Start();
        for (var i = 0; i < 40; i++)
        {
            using var peer = await RawPeer.ConnectAsync(hub.XPubEndpoint);
            await peer.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            await peer.ReceiveToEndAsync();
        }

        await Wait.UntilAsync(() => hub.Statistics.Refused == 40, "all to be counted");
        await Wait.UntilAsync(() => log.Lines.Any(l => l.Contains("BadHandshake, 32 times so far", StringComparison.Ordinal)), "the last doubling to be told");
        Assert.Equal(6, log.Lines.Count(l => l.Contains("closed a connection", StringComparison.Ordinal)));
    }

    private static byte[] Subscription => RawPeer.Message([1]);

    private static byte[] Event => RawPeer.Message("down."u8.ToArray(), "rogue"u8.ToArray(), "broker-bin-v1"u8.ToArray(), ZeekWire.Encode(new ZeekEvent("Test::rogue")));

    // All of what such a peer could say, sent at once: it listens to everything, and sends an event.
    public static TheoryData<string, byte[]> Rogues => new()
    {
        { "ZMTP 1.0", [1, 0, 2, 0, 1, 6, 1, .. "down."u8, 6, 1, .. "rogue"u8, 14, 1, .. "broker-bin-v1"u8, 3, 0, 1, 1] },
        { "ZMTP 1.0 with the later signature", [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 1, .. Event] },
        { "ZMTP 2.0 SUB", [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 2, 0, 0, .. Subscription, .. Event] },
        { "ZMTP 2.0 PUB", [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 1, 0, 0, .. Event] },
        { "ZMTP 3.0 CURVE", [.. ZmtpGreeting.Create("CURVE"u8), .. ZmtpReady.Create("XSUB"u8), .. Subscription, .. Event] },
        { "ZMTP 3.0 PLAIN", [.. ZmtpGreeting.Create("PLAIN"u8), .. ZmtpReady.Create("XSUB"u8), .. Subscription, .. Event] },
        { "ZMTP 3.0 NULL, another kind of socket", [.. ZmtpGreeting.Create("NULL"u8), .. ZmtpReady.Create("DEALER"u8), .. Subscription, .. Event] },
        { "ZMTP 3.0 NULL without READY", [.. ZmtpGreeting.Create("NULL"u8), .. Subscription, .. Event] },
    };

    [Theory]
    [MemberData(nameof(Rogues))]
    public async Task A_peer_of_another_version_or_mechanism_gets_nothing_in_and_nothing_out(string what, byte[] says)
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("");
        var sender = await cluster.StartClientAsync();
        using var listening = await RawPeer.ConnectAsync(cluster.Hub.XPubEndpoint);
        using var sending = await RawPeer.ConnectAsync(cluster.Hub.XSubEndpoint);
        await listening.SendAsync(says);
        await sending.SendAsync(says);
        Assert.Equal(PublishResult.Sent, sender.Publish("down.", new ZeekEvent("Test::secret")));
        var heard = Encoding.Latin1.GetString([.. await listening.ReceiveToEndAsync(), .. await sending.ReceiveToEndAsync()]);
        Assert.Equal(PublishResult.Sent, sender.Publish("down.", new ZeekEvent("Test::last")));
        Assert.Equal(["Test::secret", "Test::last"], (await Wait.TakeAsync(receiver, 2)).Select(message => message.Event.Name));
        Assert.True(!heard.Contains("secret", StringComparison.Ordinal) && !heard.Contains("zeek.", StringComparison.Ordinal), what + ": " + heard);
        await Wait.UntilAsync(() => cluster.Hub.Statistics.Refused == 2, "both to be counted as refused");
    }

    [Theory]
    [InlineData("0800")]
    [InlineData("ff01")]
    [InlineData("027fffffffffffffff")]
    [InlineData("020000000002000000")]
    [InlineData("0500")]
    public async Task A_frame_that_is_none_or_too_large_closes_its_connection_and_no_other(string hex)
    {
        await using var cluster = new Cluster();
        using var peer = await RawPeer.ShakeHandsAsync(cluster.Hub.XSubEndpoint, "XPUB");
        await peer.SendAsync(Convert.FromHexString(hex));
        await peer.ReceiveToEndAsync();
        await Wait.UntilAsync(() => cluster.Hub.Statistics.Broken == 1, "the peer to be counted");
        await AssertEventsFlow(cluster);
    }

    [Fact]
    public async Task A_message_of_parts_without_end_is_cut_off_at_the_limit()
    {
        await using var cluster = new Cluster(new ZeekHubOptions { MaxMessageBytes = 100_000 });
        using var peer = await RawPeer.ShakeHandsAsync(cluster.Hub.XSubEndpoint, "XPUB");
        var endless = Enumerable.Repeat<byte[]>([1, 1, 0], 400_000).SelectMany(x => x).ToArray();
        try
        {
            await peer.SendAsync(endless);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Closed before all of it was sent.
        }

        await peer.ReceiveToEndAsync();
        await Wait.UntilAsync(() => cluster.Hub.Statistics.Broken == 1, "the peer to be counted");
        await AssertEventsFlow(cluster);
    }

    [Fact]
    public async Task Messages_of_any_number_of_parts_are_passed_on_whole()
    {
        await using var cluster = new Cluster();
        using var subscriber = await RawPeer.ShakeHandsAsync(cluster.Hub.XPubEndpoint, "SUB");
        await subscriber.SendMessageAsync("\u0001p."u8.ToArray());
        using var publisher = await RawPeer.ShakeHandsAsync(cluster.Hub.XSubEndpoint, "PUB");
        Assert.Equal("\u0001p."u8.ToArray(), await publisher.ReceiveFrameAsync());
        foreach (var parts in new[] { 1, 2, 7 })
        {
            var message = RawPeer.Message([.. Enumerable.Range(0, parts).Select(i => Encoding.ASCII.GetBytes("p." + new string('x', i * 100)))]);
            await publisher.SendAsync(message);
            Assert.Equal(message, await subscriber.ReceiveAsync(message.Length));
        }
    }

    [Fact]
    public async Task Subscriptions_as_commands_of_ZMTP_3_1_are_understood()
    {
        await using var cluster = new Cluster();
        var sender = await cluster.StartClientAsync();
        using var subscriber = await RawPeer.ShakeHandsAsync(cluster.Hub.XPubEndpoint, "SUB");
        await subscriber.SendAsync(new byte[] { 4, 12 }.Concat("\u0009SUBSCRIBEc."u8.ToArray()).ToArray());
        await sender.WaitForSubscriberAsync("c.1", Wait.Token);
        await subscriber.SendAsync(new byte[] { 4, 9 }.Concat("\u0006CANCELc."u8.ToArray()).ToArray());
        await Wait.UntilAsync(() => !sender.HasSubscribers("c.1"), "the topic to go");
    }

    [Fact]
    public async Task A_subscriber_that_vanishes_takes_its_topics_with_it()
    {
        await using var cluster = new Cluster();
        var sender = await cluster.StartClientAsync();
        var subscriber = await RawPeer.ShakeHandsAsync(cluster.Hub.XPubEndpoint, "SUB");
        await subscriber.SendMessageAsync("\u0001v."u8.ToArray());
        await sender.WaitForSubscriberAsync("v.", Wait.Token);
        subscriber.Dispose();
        await Wait.UntilAsync(() => !sender.HasSubscribers("v."), "the topic to go");
    }

    [Fact]
    public async Task A_subscriber_that_does_not_read_costs_itself_its_events_and_the_others_nothing()
    {
        const int Count = 20_000;
        await using var cluster = new Cluster(new ZeekHubOptions { SubscriberQueueCapacity = 1_000 });
        using var slow = await RawPeer.ShakeHandsAsync(cluster.Hub.XPubEndpoint, "SUB");
        slow.ReceiveBuffer = 4096;
        await slow.SendMessageAsync("\u0001s."u8.ToArray());
        var fast = await cluster.StartClientAsync("s.", cluster.Options with { ReceiveQueueCapacity = Count });
        var sender = await cluster.StartClientAsync(options: cluster.Options with { SendQueueCapacity = Count, SendWindow = 512 });
        var e = new ZeekEvent("Test::n", ZeekValue.FromBytes(new byte[1000]));

        // No faster than the fast one reads, or which of the two is the slow one would be the scheduler's choice.
        const int Piece = 500;
        for (var sent = 0; sent < Count; sent += Piece)
        {
            for (var i = 0; i < Piece; i++)
                Assert.Equal(PublishResult.Sent, sender.Publish("s.", e));
            Assert.Equal(Piece, (await Wait.TakeAsync(fast, Piece)).Count);
        }

        Assert.InRange(cluster.Hub.Statistics.Dropped, 1, Count);
        Assert.Empty(fast.Statistics.Overflow);
    }

    private static async Task AssertEventsFlow(Cluster cluster)
    {
        var receiver = await cluster.StartClientAsync("flow.");
        var sender = await cluster.StartClientAsync();
        Assert.Equal(PublishResult.Sent, sender.Publish("flow.", Ping));
        await Wait.NextAsync(receiver);
    }
}
