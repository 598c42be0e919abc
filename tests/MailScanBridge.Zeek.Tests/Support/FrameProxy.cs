using System.Net;
using System.Net.Sockets;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>Somebody on the way between a client and a hub, who reads the hub's frames one by one and passes on what he likes.</summary>
internal sealed class FrameProxy : IDisposable
{
    private readonly LoopbackListener _listener;
    private readonly IPEndPoint _hub;
    private readonly Func<int, byte[], byte[][]> _change;

    /// <param name="hub">The hub's endpoint.</param>
    /// <param name="change">Gets the number of a frame of the hub's on its connection, from 0, and the frame, and gives what is passed on instead.</param>
    public FrameProxy(string hub, Func<int, byte[], byte[][]> change)
    {
        _hub = IPEndPoint.Parse(hub["tcp://".Length..]);
        _change = change;
        _listener = new LoopbackListener(ServeAsync);
    }

    public string Endpoint => _listener.Endpoint;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await far.ConnectAsync(_hub);
        near.NoDelay = true;
        var passing = PassAsync(near, far);
        await PassFramesAsync(far, near);
        await passing;
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
        var greeted = false;
        var number = 0;
        do
        {
            if (!greeted && inbound.Unread.Length >= ZmtpGreeting.Length)
            {
                greeted = true;
                await to.SendAsync(inbound.Unread[..ZmtpGreeting.Length].ToArray());
                inbound.Consume(ZmtpGreeting.Length);
            }

            while (greeted && ZmtpFrame.Look(inbound.Unread, int.MaxValue, out var frame) == ZmtpLook.Complete)
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
