using System.Net;
using System.Net.Sockets;

namespace MailScanBridge.Zeek.Transport;

/// <summary>Wakes a thread that waits for sockets: a pair of datagram sockets of this process, each deaf to everyone but the other.</summary>
/// <remarks>
/// One system call to wake and one to take note of it.
/// Thread safety: <see cref="Set"/> and <see cref="Dispose"/> by any thread, <see cref="Reset"/> by the one that waits.
/// </remarks>
internal sealed class WakeSignal : IDisposable
{
    private readonly Socket _from = NewSocket();
    private readonly byte[] _byte = new byte[1];

    public WakeSignal()
    {
        _from.Connect(Waiting.LocalEndPoint!);
        Waiting.Connect(_from.LocalEndPoint!);
    }

    /// <summary>Readable once <see cref="Set"/> was called.</summary>
    public Socket Waiting { get; } = NewSocket();

    public void Set()
    {
        try
        {
            // Full means that the other side is about to wake up anyway.
            _from.Send([0], SocketFlags.None, out _);
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    public void Reset()
    {
        try
        {
            while (Waiting.Receive(_byte, SocketFlags.None, out var error) > 0 && error == SocketError.Success)
            {
                // Each wake-up is a byte.
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed while it waited.
        }
    }

    public void Dispose()
    {
        _from.Dispose();
        Waiting.Dispose();
    }

    private static Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
