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
        if (!HubEndpoint.TryParse(hub, out var host, out _hubPort))
            throw new ArgumentException($"'{hub}' is no endpoint of a hub.", nameof(hub));
        _hubHost = host;
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
            {
                var near = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                StartThread("zeek relay in", () => Relay(near));
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The link is closed; connections end with it.
        }
    }

    // Threads that block, and not tasks: a relay passes many small pieces, and going through the pool for each costs more than the passing.
    private void Relay(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (near)
        using (_stopping.Token.UnsafeRegister(static sockets => ((IDisposable)sockets!).Dispose(), new Both(near, far)))
        {
            try
            {
                near.NoDelay = far.NoDelay = true;
                far.Connect(_hubHost, _hubPort);

                // The way out is open from the start: what NetMQ says before the hub has shown itself is its greeting, and it waits for the hub's mechanism before anything else.
                StartThread("zeek relay out", () => Pump(near, far));
                if (WhyRefused(far, near) is { } reason)
                {
                    if (reason.Length > 0)
                        _refused(reason);
                    return;
                }

                Pump(far, near);
            }
            catch (Exception e) when (IsEnd(e))
            {
                // The hub is not there, or one side went: NetMQ sees its own side closed.
            }
            catch (Exception e)
            {
                // This is a thread of its own: an exception that leaves it would end the program.
                _refused("the relay to it failed: " + e.Message);
            }
        }
    }

    /// <summary>Passes the hub's greeting on in checked pieces; says why not, with an empty text where the hub just closed.</summary>
    private string? WhyRefused(Socket far, Socket near)
    {
        // One limit for all of the greeting, or a hub that sends a byte now and then would hold the connection for ever.
        using var late = new CancellationTokenSource(GreetingTimeout);
        using var closing = late.Token.UnsafeRegister(static sockets => ((IDisposable)sockets!).Dispose(), new Both(near, far));
        Span<byte> greeting = stackalloc byte[ZmtpGreeting.Length];
        try
        {
            if (!Read(far, greeting[..1]))
                return "";
            if (greeting[0] != ZmtpGreeting.FirstByte)
                return "it speaks ZMTP 1.0, or something else";
            if (!Read(far, greeting[1..ZmtpGreeting.SignatureLength]))
                return "";
            if (!ZmtpGreeting.IsSignature(greeting))
                return "it speaks ZMTP 1.0, or something else";
            Send(near, greeting[..ZmtpGreeting.SignatureLength]);
            if (!Read(far, greeting.Slice(ZmtpGreeting.VersionAt, 1)))
                return "";
            if (greeting[ZmtpGreeting.VersionAt] < 3)
                return "it speaks ZMTP 2.0, which knows no encryption";
            Send(near, greeting.Slice(ZmtpGreeting.VersionAt, 1));
            if (!Read(far, greeting[(ZmtpGreeting.VersionAt + 1)..]))
                return "";
            if (!ZmtpGreeting.IsMechanism(greeting.Slice(ZmtpGreeting.MechanismAt, ZmtpGreeting.MechanismLength), "CURVE"u8))
                return "it does not use CURVE";
            Send(near, greeting[(ZmtpGreeting.VersionAt + 1)..]);
            return null;
        }
        catch (Exception e) when (IsEnd(e) && late.IsCancellationRequested)
        {
            return "it did not greet within 5 s";
        }
    }

    private static void Pump(Socket from, Socket to)
    {
        var buffer = new byte[256 * 1024];
        try
        {
            int received;
            while ((received = from.Receive(buffer)) > 0)
            {
                Send(to, buffer.AsSpan(0, received));

                // Where processors are short, whoever sends goes on first, and what it sends is read at once: fewer and larger pieces, a tenth to a fifth less work for an event.
                Thread.Yield();
            }

            to.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // One side is gone, so the other has no use either.
            from.Dispose();
            to.Dispose();
        }
    }

    private static bool Read(Socket from, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var received = from.Receive(buffer);
            if (received == 0)
                return false;
            buffer = buffer[received..];
        }

        return true;
    }

    private static void Send(Socket to, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[to.Send(bytes)..];
    }

    private static void StartThread(string name, Action run) => new Thread(() => run()) { IsBackground = true, Name = name }.Start();

    private static bool IsEnd(Exception e) => e is SocketException or OperationCanceledException or ObjectDisposedException;

    private sealed class Both(Socket one, Socket other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }
}
