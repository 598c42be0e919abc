using System.Net;
using System.Net.Sockets;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Transport.Curve;

/// <summary>
/// Stands between one of NetMQ's sockets and the hub: lets the hub's greeting through piece by piece, each only once it is checked, and after that everything both ways. NetMQ
/// itself falls back to ZMTP 1.0 or 2.0, which know no encryption, with whoever asks for it, even where CURVE is set (measured with 4.0.4.5).
/// </summary>
/// <remarks>
/// The pieces are signature, version, mechanism: NetMQ sends its own version only when it has the other side's signature, and the hub may wait for that in turn, so waiting for the
/// whole greeting would wait for ever. What passes is encrypted from end to end; the loopback hop to the relay shows nothing that the network does not.
/// Source: ZMTP 3.0, https://rfc.zeromq.org/spec/23/, sections "Greeting" and "Version Negotiation".
/// </remarks>
internal sealed class CurveRelay : IDisposable
{
    private static readonly TimeSpan GreetingTimeout = TimeSpan.FromSeconds(5);

    private readonly string _hubHost;
    private readonly int _hubPort;
    private readonly Action<string> _refused;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();

    public CurveRelay(string hub, Action<string> refused)
    {
        var colon = hub.LastIndexOf(':');
        _hubHost = hub["tcp://".Length..colon].Trim('[', ']');
        _hubPort = int.Parse(hub[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        _refused = refused;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4);
        Endpoint = LoopbackEndpoint.Text((IPEndPoint)_listener.LocalEndPoint!);
        _ = AcceptAsync();
    }

    /// <summary>Where NetMQ connects.</summary>
    public string Endpoint { get; }

    public void CloseAfter(TimeSpan linger)
    {
        _listener.Dispose();
        _stopping.CancelAfter(linger);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _stopping.Cancel();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The link is closed; connections end with it.
        }
    }

    private async Task RelayAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (near)
        {
            try
            {
                near.NoDelay = far.NoDelay = true;
                await far.ConnectAsync(_hubHost, _hubPort, _stopping.Token).ConfigureAwait(false);

                // The way out is open from the start: what NetMQ says before the hub has shown itself is its greeting, and it waits for the hub's mechanism before anything else.
                var outward = PumpAsync(near, far);
                if (await WhyRefusedAsync(far, near).ConfigureAwait(false) is { } reason)
                {
                    if (reason.Length > 0)
                        _refused(reason);
                    near.Dispose();
                    far.Dispose();
                    await outward.ConfigureAwait(false);
                    return;
                }

                await Task.WhenAll(outward, PumpAsync(far, near)).ConfigureAwait(false);
            }
            catch (Exception e) when (IsEnd(e))
            {
                // The hub is not there, or one side went: NetMQ sees its own side closed.
            }
        }
    }

    /// <summary>Passes the hub's greeting on in checked pieces; says why not, with an empty text where the hub just closed.</summary>
    private async Task<string?> WhyRefusedAsync(Socket far, Socket near)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        late.CancelAfter(GreetingTimeout);
        var greeting = new byte[ZmtpGreeting.Length];
        try
        {
            if (!await ReadAsync(far, greeting.AsMemory(0, 1), late.Token).ConfigureAwait(false))
                return "";
            if (greeting[0] != ZmtpGreeting.FirstByte)
                return "it speaks ZMTP 1.0, or something else";
            if (!await ReadAsync(far, greeting.AsMemory(1, ZmtpGreeting.SignatureLength - 1), late.Token).ConfigureAwait(false))
                return "";
            if (!ZmtpGreeting.IsSignature(greeting))
                return "it speaks ZMTP 1.0, or something else";
            await SendAsync(near, greeting.AsMemory(0, ZmtpGreeting.SignatureLength), late.Token).ConfigureAwait(false);
            if (!await ReadAsync(far, greeting.AsMemory(ZmtpGreeting.VersionAt, 1), late.Token).ConfigureAwait(false))
                return "";
            if (greeting[ZmtpGreeting.VersionAt] < 3)
                return "it speaks ZMTP 2.0, which knows no encryption";
            await SendAsync(near, greeting.AsMemory(ZmtpGreeting.VersionAt, 1), late.Token).ConfigureAwait(false);
            if (!await ReadAsync(far, greeting.AsMemory(ZmtpGreeting.VersionAt + 1), late.Token).ConfigureAwait(false))
                return "";
            if (!ZmtpGreeting.IsMechanism(greeting.AsSpan(ZmtpGreeting.MechanismAt, ZmtpGreeting.MechanismLength), "CURVE"u8))
                return "it does not use CURVE";
            await SendAsync(near, greeting.AsMemory(ZmtpGreeting.VersionAt + 1), late.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return "it did not greet within 5 s";
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int received;
            while ((received = await from.ReceiveAsync(buffer, SocketFlags.None, _stopping.Token).ConfigureAwait(false)) > 0)
                await SendAsync(to, buffer.AsMemory(0, received), _stopping.Token).ConfigureAwait(false);
            to.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // One side is gone, so the other has no use either.
            from.Dispose();
            to.Dispose();
        }
    }

    private static async ValueTask<bool> ReadAsync(Socket from, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var received = await from.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (received == 0)
                return false;
            buffer = buffer[received..];
        }

        return true;
    }

    private static async ValueTask SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
    }

    private static bool IsEnd(Exception e) => e is SocketException or OperationCanceledException or ObjectDisposedException;
}
