using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MailScanBridge.Zeek.Transport;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>Listens in a hub's place, says to everyone who connects what it was told to say, and keeps what they say.</summary>
internal sealed class RogueHub : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _says;

    public RogueHub(byte[] says)
    {
        _says = says;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        Endpoint = LoopbackEndpoint.Text((IPEndPoint)_listener.LocalEndPoint!);
        _ = AcceptAsync();
    }

    public string Endpoint { get; }

    /// <summary>All bytes that came, a piece for each connection that ended.</summary>
    public ConcurrentQueue<byte[]> Heard { get; } = new();

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var peer = new RawPeer(socket);
        try
        {
            await peer.SendAsync(_says);
            Heard.Enqueue(await peer.ReceiveToEndAsync());
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It was cut off while it spoke.
        }
    }
}
