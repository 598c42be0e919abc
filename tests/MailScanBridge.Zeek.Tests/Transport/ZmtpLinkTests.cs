using MailScanBridge.Zeek.Tests.Support;
using MailScanBridge.Zeek.Transport;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Tests.Transport;

/// <summary>The pair of connections to a hub, and what stands before and behind it.</summary>
public sealed class ZmtpLinkTests
{
    // A socket of a hub that says its piece, hears the client's greeting and READY, and goes.
    private static LoopbackListener Hub(string socketType, byte[] says) => new(async socket =>
    {
        var peer = new RawPeer(socket);
        await peer.SendAsync(ZmtpGreeting.Create("NULL"u8));
        await peer.SendAsync(ZmtpReady.Create(System.Text.Encoding.ASCII.GetBytes(socketType)));
        await peer.SendAsync(says);
        await peer.ReceiveAsync(ZmtpGreeting.Length);
        await peer.ReceiveFrameAsync();
    });

    [Fact]
    public async Task What_came_on_one_connection_is_taken_though_the_other_ended_before()
    {
        var message = RawPeer.Message("t."u8.ToArray(), "someone"u8.ToArray(), "broker-bin-v1"u8.ToArray(), new byte[40]);
        using var xPub = Hub("XPUB", [.. Enumerable.Repeat(message, 3000).SelectMany(bytes => bytes)]);
        using var xSub = Hub("XSUB", []);
        var options = new ZeekClientOptions { HubXPub = xPub.Endpoint, HubXSub = xSub.Endpoint };
        using var transport = new SocketTransport(options, [1], TimeProvider.System, (_, _) => { });
        using var link = new ZmtpLink(options, [1], transport, TimeProvider.System, first: 0, (_, _) => { });
        var sink = new Sink();
        await Wait.UntilAsync(
            () =>
            {
                link.Wait(TimeSpan.FromMilliseconds(10));
                link.TryReceiveNotice(sink);
                return link.Lost;
            },
            "the sending connection to end");
        await Wait.UntilAsync(
            () =>
            {
                while (link.TryReceive(sink))
                {
                    // Counted by the sink.
                }

                return sink.Messages == 3000;
            },
            "all that was sent");
    }

    [Fact]
    public async Task A_name_whose_first_address_answers_wrongly_is_tried_at_the_next_one()
    {
        using var xPub = Hub("XSUB", []);
        var options = new ZeekClientOptions { HubXPub = xPub.Endpoint.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) };
        var addresses = System.Net.Dns.GetHostAddresses("localhost");
        for (var first = 0; first < 2 * addresses.Length; first++)
        {
            using var connection = new ZmtpConnection(options.HubXPub, "XSUB", options, TimeProvider.System, first);
            await Wait.UntilAsync(
                () =>
                {
                    var socket = connection.Socket;
                    connection.Waited(socket?.Poll(1000, System.Net.Sockets.SelectMode.SelectRead) ?? false, socket?.Poll(0, System.Net.Sockets.SelectMode.SelectWrite) ?? false);
                    connection.TryTake(out _);
                    return connection.Ended;
                },
                "the refusal");
            Assert.Contains("changed places", connection.Fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_send_queue_is_bounded_in_number_and_bytes_and_takes_one_of_any_size_when_it_is_empty()
    {
        var queue = new SendQueue(capacity: 3, maxBytes: 100);
        Assert.True(queue.TryAdd([1], new byte[500]));
        Assert.False(queue.TryAdd([1], [1]));
        Assert.True(queue.TryTake(out _, out _));
        Assert.True(queue.TryAdd([1], new byte[49]));
        Assert.True(queue.TryAdd([1], new byte[49]));
        Assert.False(queue.TryAdd([1], []));
        Assert.True(queue.TryTake(out _, out _));
        Assert.True(queue.TryAdd([], []));
        Assert.True(queue.TryAdd([], []));
        Assert.False(queue.TryAdd([], []));
        Assert.Equal(3, queue.Clear());
        Assert.True(queue.TryAdd([], new byte[100]));
    }

    [Fact]
    public async Task What_a_hub_does_not_read_is_bounded_and_the_publisher_is_told()
    {
        await using var cluster = new Cluster();

        // The hub's XSUB side is played by somebody who passes nothing on once the client is live.
        var deaf = false;
        using var proxy = new LoopbackListener(async near =>
        {
            using var far = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            await far.ConnectAsync(System.Net.IPEndPoint.Parse(cluster.Hub.XSubEndpoint["tcp://".Length..]), Wait.Token);
            var back = PassAsync(far, near, () => false);
            await PassAsync(near, far, () => Volatile.Read(ref deaf));
            await back;
        });
        var client = await cluster.StartClientAsync(options: cluster.Options with { HubXSub = proxy.Endpoint, SendQueueBytes = 8_000_000, Heartbeat = TimeSpan.FromSeconds(5), HeartbeatTimeout = TimeSpan.FromMinutes(5) });
        await cluster.StartClientAsync("mute.");
        await client.WaitForSubscriberAsync("mute.", Wait.Token);
        Volatile.Write(ref deaf, true);
        var big = new ZeekEvent("Test::big", ZeekValue.FromBytes(new byte[1_000_000]));
        var sent = 0;
        await Wait.UntilAsync(
            () =>
            {
                if (client.Publish("mute.", big) != PublishResult.Sent)
                    return true;
                sent++;
                return false;
            },
            "the publisher to be told");
        Assert.InRange(sent, 8, 60);
        Assert.Equal(1, client.Statistics.RefusedQueueFull);

        static async Task PassAsync(System.Net.Sockets.Socket from, System.Net.Sockets.Socket to, Func<bool> stop)
        {
            var buffer = new byte[65536];
            int received;
            while ((received = await from.ReceiveAsync(buffer, Wait.Token)) > 0 && !stop())
                await to.SendAsync(buffer.AsMemory(0, received), Wait.Token);
            await Task.Delay(Timeout.Infinite, Wait.Token);
        }
    }

    private sealed class Sink : IFrameSink
    {
        public int Messages { get; private set; }

        public void OnMessage(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> serializer, ReadOnlySpan<byte> payload) => Messages++;

        public void OnWrongParts(int parts, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> sender) => Assert.Fail("a message of the wrong number of parts");

        public void OnNotice(ReadOnlySpan<byte> topic, bool on)
        {
            // Nobody's here.
        }
    }
}
