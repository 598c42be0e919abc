using System.Net;
using System.Net.Sockets;
using System.Text;
using MailScanBridge.Zeek.Tests.Support;
using MailScanBridge.Zeek.Transport;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Tests.Transport;

/// <summary>A client's connection, with a hub played byte by byte on the other side.</summary>
public sealed class ZmtpConnectionTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly string _endpoint;

    public ZmtpConnectionTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        _endpoint = LoopbackEndpoint.Text((IPEndPoint)_listener.LocalEndPoint!);
    }

    public void Dispose() => _listener.Dispose();

    private static ZeekClientOptions Options => new() { Limits = new ZeekWireLimits { MaxBytes = 100_000 } };

    private async Task<(ZmtpConnection Connection, RawPeer Hub)> OpenAsync(string socketType, string peerType)
    {
        var connection = new ZmtpConnection(_endpoint, socketType, Options, TimeProvider.System);
        var hub = new RawPeer(await _listener.AcceptAsync(Wait.Token));
        await hub.SendAsync(ZmtpGreeting.Create("NULL"u8));
        await hub.SendAsync(ZmtpReady.Create(Encoding.ASCII.GetBytes(peerType)));
        return (connection, hub);
    }

    // Waits as a link does, until there is a message or the end.
    private static async Task<int> NextAsync(ZmtpConnection connection)
    {
        var parts = 0;
        await Wait.UntilAsync(Turn, "a message or the end");
        return parts;

        bool Turn()
        {
            if (connection.TryTake(out parts) || connection.Ended)
                return true;
            if (connection.Socket is { } socket)
                connection.Waited(socket.Poll(1000, SelectMode.SelectRead), connection.WantsWrite && socket.Poll(0, SelectMode.SelectWrite));
            return false;
        }
    }

    [Fact]
    public async Task Messages_that_come_byte_by_byte_are_whole()
    {
        var (connection, hub) = await OpenAsync("XSUB", "XPUB");
        using (connection)
        using (hub)
        {
            var large = new byte[70_000];
            Random.Shared.NextBytes(large);
            var bytes = RawPeer.Message("t."u8.ToArray(), [], new byte[300], "end"u8.ToArray());
            var sending = Task.Run(async () =>
            {
                for (var i = 0; i < bytes.Length; i++)
                    await hub.SendAsync(bytes.AsMemory(i, 1));
                await hub.SendMessageAsync("t."u8.ToArray(), "x"u8.ToArray(), "y"u8.ToArray(), large);
            }, TestContext.Current.CancellationToken);
            Assert.Equal(4, await NextAsync(connection));
            Assert.Equal("t."u8, connection.Part(0));
            Assert.Equal(0, connection.Part(1).Length);
            Assert.Equal(300, connection.Part(2).Length);
            Assert.Equal("end"u8, connection.Part(3));
            Assert.Equal(4, await NextAsync(connection));
            Assert.Equal(large, connection.Part(3));
            await sending;
        }
    }

    [Fact]
    public async Task Parts_beyond_the_fourth_are_counted_and_not_kept()
    {
        var (connection, hub) = await OpenAsync("XSUB", "XPUB");
        using (connection)
        using (hub)
        {
            await hub.SendMessageAsync([.. Enumerable.Repeat(new byte[1000], 500)]);
            await hub.SendMessageAsync("one"u8.ToArray());
            Assert.Equal(500, await NextAsync(connection));
            Assert.Equal(1, await NextAsync(connection));
            Assert.Equal("one"u8, connection.Part(0));
        }
    }

    [Fact]
    public async Task Commands_between_messages_are_passed_over()
    {
        var (connection, hub) = await OpenAsync("XSUB", "XPUB");
        using (connection)
        using (hub)
        {
            await hub.SendAsync(new byte[] { 4, 7 }.Concat("\u0004PING\0\0"u8.ToArray()).ToArray());
            await hub.SendMessageAsync("one"u8.ToArray());
            Assert.Equal(1, await NextAsync(connection));
            Assert.Equal("one"u8, connection.Part(0));
        }
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "a frame larger than the limit", [2, 0, 0, 0, 0, 1, 0, 0, 0] },
        { "a frame of 2^63 bytes", [2, 0x80, 0, 0, 0, 0, 0, 0, 0] },
        { "flags that are none", [0x80, 1, 1] },
        { "a command with more to follow", [5, 1, 1] },
        { "parts that are too large together", [.. RawPeer.Message(new byte[90_000], new byte[90_000], new byte[90_000], new byte[10])] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_is_no_message_ends_the_connection(string what, byte[] bytes)
    {
        var (connection, hub) = await OpenAsync("XSUB", "XPUB");
        using (connection)
        using (hub)
        {
            await hub.SendAsync(bytes);
            Assert.Equal(0, await NextAsync(connection));
            Assert.True(connection.Ended, what);
            Assert.NotNull(connection.Fault);
        }
    }

    [Fact]
    public async Task Endpoints_that_have_changed_places_are_named()
    {
        var (connection, hub) = await OpenAsync("XSUB", "XSUB");
        using (connection)
        using (hub)
        {
            await NextAsync(connection);
            Assert.Contains("HubXPub and HubXSub", connection.Fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_hub_that_wants_CURVE_is_named()
    {
        using var connection = new ZmtpConnection(_endpoint, "XSUB", Options, TimeProvider.System);
        using var hub = new RawPeer(await _listener.AcceptAsync(Wait.Token));
        await hub.SendAsync(ZmtpGreeting.Create("CURVE"u8));
        await NextAsync(connection);
        Assert.Contains("it wants CURVE", connection.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_sent_before_the_handshake_goes_out_after_it_and_what_does_not_fit_the_socket_waits()
    {
        using var connection = new ZmtpConnection(_endpoint, "XSUB", Options, TimeProvider.System);
        connection.Send("\u0001early."u8, more: false);
        using var hub = new RawPeer(await _listener.AcceptAsync(Wait.Token));
        await hub.SendAsync(ZmtpGreeting.Create("NULL"u8));
        await hub.SendAsync(ZmtpReady.Create("XPUB"u8));
        await hub.SendMessageAsync("go"u8.ToArray());
        Assert.Equal(1, await NextAsync(connection));
        await hub.ReceiveAsync(ZmtpGreeting.Length);
        await hub.ReceiveFrameAsync();
        Assert.Equal("\u0001early."u8.ToArray(), await hub.ReceiveFrameAsync());

        // More than any socket's buffers hold, with nobody reading yet.
        const int Count = 400;
        var body = new byte[50_000];
        for (var i = 0; i < Count; i++)
            connection.Send(body, more: false);
        connection.Flush();
        Assert.True(connection.WantsWrite);
        var reading = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
                Assert.Equal(body.Length, (await hub.ReceiveFrameAsync()).Length);
        }, TestContext.Current.CancellationToken);
        await Wait.UntilAsync(
            () =>
            {
                connection.Waited(readable: false, connection.Socket!.Poll(1000, SelectMode.SelectWrite));
                return !connection.WantsWrite;
            },
            "all of it to go out");
        await reading;
    }

    [Fact]
    public async Task While_nobody_listens_it_tries_again_and_then_connects()
    {
        var free = _endpoint;
        _listener.Dispose();
        using var connection = new ZmtpConnection(free, "XSUB", Options with { Reconnect = TimeSpan.FromMilliseconds(5), ReconnectMax = TimeSpan.FromMilliseconds(5) }, TimeProvider.System);
        using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var listening = false;
        await Wait.UntilAsync(
            () =>
            {
                var socket = connection.Socket;
                connection.Waited(socket?.Poll(100, SelectMode.SelectRead) ?? false, socket?.Poll(100, SelectMode.SelectWrite) ?? false);
                if (!listening && connection.Attempts >= 3)
                {
                    late.Bind(IPEndPoint.Parse(free["tcp://".Length..]));
                    late.Listen(1);
                    listening = true;
                }

                return connection.Connected;
            },
            "the connection");
    }
}
