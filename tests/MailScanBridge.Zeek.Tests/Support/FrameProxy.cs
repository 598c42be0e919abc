using System.Net;
using System.Net.Sockets;
using MailScanBridge.Zeek.Transport;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>Somebody on the way between a client and a hub, who reads the hub's frames one by one and passes on what he likes.</summary>
internal sealed class FrameProxy : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _hub;
    private readonly Func<int, byte[], byte[][]> _change;

    /// <param name="hub">The hub's endpoint.</param>
    /// <param name="change">Gets the number of a frame of the hub's on its connection, from 0, and the frame, and gives what is passed on instead.</param>
    public FrameProxy(string hub, Func<int, byte[], byte[][]> change)
    {
        _hub = IPEndPoint.Parse(hub["tcp://".Length..]);
        _change = change;
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

    private async Task ServeAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (near)
        {
            try
            {
                await far.ConnectAsync(_hub);
                near.NoDelay = true;
                var passing = PassAsync(near, far);
                await PassFramesAsync(far, near);
                await passing;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // One side is gone, so the other has no use either.
            }
        }
    }

    private static async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[65536];
        int received;
        while ((received = await from.ReceiveAsync(buffer)) > 0)
            await to.SendAsync(buffer.AsMemory(0, received));
        to.Shutdown(SocketShutdown.Both);
    }

    private async Task PassFramesAsync(Socket from, Socket to)
    {
        var inbound = new InboundBuffer(16 * 1024 * 1024);
        var number = 0;
        while (inbound.Unread.Length < ZmtpGreeting.Length && await inbound.FillAsync(from, CancellationToken.None))
        {
        }

        await to.SendAsync(inbound.Unread[..ZmtpGreeting.Length].ToArray());
        inbound.Consume(ZmtpGreeting.Length);
        do
        {
            while (ZmtpFrame.Look(inbound.Unread, int.MaxValue, out var frame) == ZmtpLook.Complete)
            {
                var bytes = inbound.Unread[..frame.Length].ToArray();
                inbound.Consume(frame.Length);
                foreach (var piece in _change(number++, bytes))
                    await to.SendAsync(piece);
            }
        }
        while (await inbound.FillAsync(from, CancellationToken.None));
        to.Shutdown(SocketShutdown.Both);
    }
}
