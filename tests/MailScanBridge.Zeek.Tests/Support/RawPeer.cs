using System.Net;
using System.Net.Sockets;
using System.Text;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>A peer that speaks ZMTP by hand, well or badly, byte by byte.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket;

    public RawPeer(Socket socket) => _socket = socket;

    public static async Task<RawPeer> ConnectAsync(string endpoint)
    {
        var address = IPEndPoint.Parse(endpoint["tcp://".Length..]);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address, Wait.Token);
        return new RawPeer(socket);
    }

    /// <summary>Connects and shakes hands as ZMTP 3.0 with the NULL mechanism.</summary>
    public static async Task<RawPeer> ShakeHandsAsync(string endpoint, string socketType)
    {
        var peer = await ConnectAsync(endpoint);
        await peer.SendAsync(ZmtpGreeting.Create("NULL"u8));
        await peer.SendAsync(ZmtpReady.Create(Encoding.ASCII.GetBytes(socketType)));
        await peer.ReceiveAsync(ZmtpGreeting.Length);
        await peer.ReceiveFrameAsync();
        return peer;
    }

    public int ReceiveBuffer
    {
        set => _socket.ReceiveBufferSize = value;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _socket.SendAsync(bytes, Wait.Token)..];
    }

    public Task SendMessageAsync(params byte[][] parts) => SendAsync(Message(parts));

    public static byte[] Message(params byte[][] parts)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < parts.Length; i++)
        {
            var head = new byte[9];
            var length = ZmtpFrame.WriteHead(head, parts[i].Length, more: i < parts.Length - 1);
            bytes.AddRange(head.AsSpan(0, length));
            bytes.AddRange(parts[i]);
        }

        return [.. bytes];
    }

    public async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var received = await _socket.ReceiveAsync(bytes.AsMemory(got), Wait.Token);
            if (received == 0)
                throw new EndOfStreamException($"closed after {got} of {count} bytes");
            got += received;
        }

        return bytes;
    }

    public async Task<byte[]> ReceiveFrameAsync()
    {
        var head = await ReceiveAsync(2);
        if ((head[0] & 2) == 0)
            return await ReceiveAsync(head[1]);
        var rest = await ReceiveAsync(7);
        var length = rest.Aggregate((long)head[1], (sum, b) => (sum << 8) | b);
        return await ReceiveAsync((int)length);
    }

    /// <summary>Reads until the other side closes; gives what it sent.</summary>
    public async Task<byte[]> ReceiveToEndAsync()
    {
        var all = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            int received;
            while ((received = await _socket.ReceiveAsync(buffer.AsMemory(), Wait.Token)) > 0)
                all.AddRange(buffer.AsSpan(0, received));
        }
        catch (SocketException)
        {
            // Reset instead of closed, since the other side left bytes of ours unread: an end as well.
        }

        return [.. all];
    }

    public void Dispose() => _socket.Dispose();
}
