using System.Text;
using MailScanBridge.Zeek.Transport.Curve;

namespace MailScanBridge.Zeek.Transport.Zmtp;

// The greeting and the handshake. The peer's greeting is looked at byte by byte as it comes, since one of version 1 or 2 is shorter than the 64 bytes of version 3: nobody who does not speak
// version 3 and the mechanism asked for gets past it, which is what NetMQ's own sockets let happen (4.0.4.5: they fall back to ZMTP 1.0 or 2.0, in the clear, though CURVE is set).
internal sealed partial class ZmtpConnection
{
    private static readonly TimeSpan GreetingTimeout = TimeSpan.FromSeconds(5);

    private CurveSession? _curve;
    private long _greetingBegan;
    private bool _initiated;

    private void Greet()
    {
        _stage = Stage.Greeting;
        _greetingBegan = _time.GetTimestamp();
        Write(ZmtpGreeting.Create(_keys is null ? "NULL"u8 : "CURVE"u8));
        Flush();
    }

    /// <summary>Goes as far as the bytes reach that have come.</summary>
    private void Advance()
    {
        if (_stage == Stage.Greeting)
            TakeGreeting();
        while (_stage == Stage.Handshake)
        {
            var look = ZmtpFrame.Look(_inbound.Unread, MaxHandshakeFrame, out var frame);
            if (look == ZmtpLook.Incomplete)
                return;
            if (look == ZmtpLook.Broken || !frame.IsCommand)
            {
                End(_keys is null ? "it does not shake hands as ZMTP 3.0 says" : "it does not answer as CURVE says");
                return;
            }

            TakeCommand(frame.Body(_inbound.Unread));
            _inbound.Consume(frame.Length);
        }
    }

    private void TakeGreeting()
    {
        var greeting = _inbound.Unread;
        if (WhyRefused(greeting) is { } reason)
        {
            End(reason);
            return;
        }

        if (greeting.Length < ZmtpGreeting.Length)
            return;
        _inbound.Consume(ZmtpGreeting.Length);
        _stage = Stage.Handshake;
        if (_keys is null)
        {
            Write(ZmtpReady.Create(Encoding.ASCII.GetBytes(_socketType)));
        }
        else
        {
            _curve = new CurveSession(_keys, Encoding.ASCII.GetBytes(_socketType));
            WriteCommand(_curve.Hello());
        }

        Flush();
    }

    private string? WhyRefused(ReadOnlySpan<byte> greeting)
    {
        if (greeting.Length > 0 && greeting[0] != ZmtpGreeting.FirstByte)
            return "it speaks ZMTP 1.0, or something else";
        if (greeting.Length >= ZmtpGreeting.SignatureLength && !ZmtpGreeting.IsSignature(greeting))
            return "it speaks ZMTP 1.0, or something else";
        if (greeting.Length > ZmtpGreeting.VersionAt && greeting[ZmtpGreeting.VersionAt] < 3)
            return "it speaks ZMTP 2.0, which knows no encryption, or an older version";
        if (greeting.Length < ZmtpGreeting.Length)
            return null;
        var mechanism = greeting.Slice(ZmtpGreeting.MechanismAt, ZmtpGreeting.MechanismLength);
        if (_keys is null)
            return ZmtpGreeting.IsMechanism(mechanism, "NULL"u8) ? null : "it wants CURVE, and no keys are given";
        return ZmtpGreeting.IsMechanism(mechanism, "CURVE"u8) ? null : "it does not use CURVE";
    }

    private void TakeCommand(ReadOnlySpan<byte> command)
    {
        if (_curve is null)
        {
            if (ZmtpReady.TryRead(command, out var socketType))
                Open(socketType);
            else
                End("it does not shake hands as ZMTP 3.0 says");
            return;
        }

        switch (_curve.Take(command, out var answer))
        {
            case CurveStep.Answer:
                _initiated = true;
                WriteCommand(answer);
                Flush();
                break;
            case CurveStep.Done:
                Open(_curve.PeerSocketType);
                break;
            default:
                End(_curve.Reason);
                break;
        }
    }

    private void Open(ReadOnlySpan<byte> socketType)
    {
        // PUB and SUB would do as well: what a hub is made of is its own affair.
        if (socketType.SequenceEqual(Encoding.ASCII.GetBytes(_peerType)) || socketType.SequenceEqual(Encoding.ASCII.GetBytes(_peerType[1..])))
        {
            _stage = Stage.Open;
            SendEarly();
        }
        else
        {
            End($"it is a socket of the kind {Telemetry.Printable.Text(socketType)} where {_peerType} belongs: have HubXPub and HubXSub changed places?");
        }
    }

    // A hub that cannot open the first command says nothing and closes; one that knows the client's key no more than that does the same after the second, unless it is libzmq, which says so.
    private string? HintOfHandshake() => _keys is null
        ? "closed it during the handshake; have HubXPub and HubXSub changed places?"
        : _initiated
            ? "closed it during the CURVE handshake, after it had proven its own key; is the client's key pair the one it knows?"
            : "closed it at the first word of the CURVE handshake; is the server public key the right one?";

    private const int MaxHandshakeFrame = 8 * 1024;
}
