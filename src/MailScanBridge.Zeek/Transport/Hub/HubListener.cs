using System.Net;
using System.Net.Sockets;

namespace MailScanBridge.Zeek.Transport.Hub;

/// <summary>One listening socket of the hub, and the connections that came to it.</summary>
internal sealed class HubListener : IDisposable
{
    private readonly int _maxPeers;
    private readonly Socket _socket;
    private readonly Func<Socket, HubPeer> _newPeer;
    private int _peers;
    private long _refused;

    public HubListener(string endpoint, int maxPeers, Func<Socket, HubPeer> newPeer)
    {
        _maxPeers = maxPeers;
        _newPeer = newPeer;
        var address = LoopbackEndpoint.Parse(endpoint);
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Not ReuseAddress: on Unix .NET makes of it SO_REUSEPORT too, and two hubs would share the port without a word.
            _socket.Bind(address);
            _socket.Listen(128);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            var why = e.SocketErrorCode == SocketError.AddressAlreadyInUse ? "the port is taken; is another hub, or Zeek's own, running there?" : e.Message;
            throw new ZeekHubException(endpoint, $"The hub cannot listen on '{endpoint}': {why}", e);
        }

        Endpoint = LoopbackEndpoint.Text((IPEndPoint)_socket.LocalEndPoint!);
    }

    public string Endpoint { get; }

    /// <summary>Connections that were not served: no handshake of the right kind, or too many at once.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Accepts connections until it is stopped; completes when all of them have ended.</summary>
    public async Task RunAsync(TimeProvider time, Action<HubPeerEnd, Exception?> ended, CancellationToken stopping)
    {
        var running = new HashSet<Task>();
        try
        {
            while (true)
            {
                if (await AcceptAsync(time, stopping).ConfigureAwait(false) is not { } socket)
                    continue;
                running.RemoveWhere(task => task.IsCompleted);
                if (Volatile.Read(ref _peers) >= _maxPeers)
                {
                    Interlocked.Increment(ref _refused);
                    socket.Dispose();
                    continue;
                }

                Interlocked.Increment(ref _peers);
                running.Add(RunPeerAsync(socket, time, ended, stopping));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The hub stops.
        }

        await Task.WhenAll(running).ConfigureAwait(false);
    }

    public void Dispose() => _socket.Dispose();

    // Out of file descriptors, or a peer that was gone before it was taken: neither may end the hub.
    private async ValueTask<Socket?> AcceptAsync(TimeProvider time, CancellationToken stopping)
    {
        try
        {
            return await _socket.AcceptAsync(stopping).ConfigureAwait(false);
        }
        catch (SocketException) when (!stopping.IsCancellationRequested)
        {
            Interlocked.Increment(ref _refused);
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, stopping).ConfigureAwait(false);
            return null;
        }
    }

    private async Task RunPeerAsync(Socket socket, TimeProvider time, Action<HubPeerEnd, Exception?> ended, CancellationToken stopping)
    {
        var end = HubPeerEnd.Failed;
        Exception? fault = null;
        try
        {
            end = await _newPeer(socket).RunAsync(time, stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever one connection runs into must not end the hub for the others.
            socket.Dispose();
            fault = e;
        }

        Interlocked.Decrement(ref _peers);
        if (end == HubPeerEnd.BadHandshake)
            Interlocked.Increment(ref _refused);
        ended(end, fault);
    }
}
