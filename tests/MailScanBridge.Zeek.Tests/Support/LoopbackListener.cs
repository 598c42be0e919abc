using System.Net;
using System.Net.Sockets;
using MailScanBridge.Zeek.Transport;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>Listens on a free port, and serves everyone who connects until it is disposed.</summary>
internal sealed class LoopbackListener : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<Socket, Task> _serve;

    public LoopbackListener(Func<Socket, Task> serve)
    {
        _serve = serve;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        Endpoint = LoopbackEndpoint.Text((IPEndPoint)_listener.LocalEndPoint!);
        _ = AcceptAsync();
    }

    public string Endpoint { get; }

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
        using (socket)
        {
            try
            {
                await _serve(socket);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The other side cut the connection, or the test is over.
            }
        }
    }
}
