using System.Net;
using System.Net.Sockets;
using MailScanBridge.Zeek.Transport.Curve;

namespace MailScanBridge.Zeek.Transport.Zmtp;

/// <summary>
/// One connection of a client to one of the hub's sockets: it connects, proves whom it met, and passes whole messages both ways. It never waits; its owner does, for
/// <see cref="Socket"/>.
/// </summary>
/// <remarks>
/// It has one try at the handshake and none after the connection broke: whoever wants another makes another connection. Only while nobody listens there it tries again by itself.
/// Source: ZMTP 3.0, https://rfc.zeromq.org/spec/23/. Thread safety: none.
/// </remarks>
internal sealed partial class ZmtpConnection : IDisposable
{
    private readonly string _socketType;
    private readonly string _peerType;
    private readonly ZeekClientOptions _options;
    private readonly ZeekCurveKeys? _keys;
    private readonly TimeProvider _time;
    private readonly int _maxFrame;
    private readonly IPAddress[] _addresses;
    private readonly int _port;
    private readonly int _first;
    private readonly InboundBuffer _inbound;
    private Stage _stage = Stage.Idle;
    /// <summary>How often it has tried to connect.</summary>
    public int Attempts { get; private set; }

    private long _attemptBegan;
    private long _attemptEnded;
    private TimeSpan _pause;
    private bool _mayFill;

    // What went out ends somewhere within a frame: what came is read, and then it is over.
    private bool _broken;

    /// <summary>Begins to connect.</summary>
    /// <param name="endpoint">Where, such as <c>tcp://127.0.0.1:27760</c>.</param>
    /// <param name="socketType">What this side is: XSUB or XPUB; the other must be its opposite.</param>
    /// <param name="options">Keys, limits and pauses.</param>
    /// <param name="time">The clock for pauses and for the handshake's limit.</param>
    /// <param name="first">Which of a name's addresses is tried first: whoever had no luck with what answers at one comes back with the next.</param>
    /// <exception cref="SocketException">The host's name cannot be resolved.</exception>
    public ZmtpConnection(string endpoint, string socketType, ZeekClientOptions options, TimeProvider time, int first = 0)
    {
        if (!HubEndpoint.TryParse(endpoint, out var host, out _port))
            throw new ArgumentException($"'{endpoint}' is no endpoint of a hub.", nameof(endpoint));
        _socketType = socketType;
        _peerType = socketType == "XSUB" ? "XPUB" : "XSUB";
        _options = options;
        _keys = options.Curve;
        _time = time;

        // Notices of others' topics, topics and senders are frames too.
        _maxFrame = (int)Math.Min((long)Math.Max(options.Limits.MaxBytes, NamesBytes) + CurveSession.Overhead, Array.MaxLength);
        _inbound = new InboundBuffer(_maxFrame);
        _addresses = IPAddress.TryParse(host, out var address) ? [address] : Dns.GetHostAddresses(host);
        if (_addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        _first = first % _addresses.Length;
        Connect();
    }

    private enum Stage
    {
        Idle,
        Connecting,
        Greeting,
        Handshake,
        Open,
        Ended,
    }

    /// <summary>What to wait for; null between two attempts and after the end.</summary>
    public Socket? Socket { get; private set; }

    /// <summary>Wait until it can be written to.</summary>
    public bool WantsWrite => _stage == Stage.Connecting || (_stage > Stage.Connecting && HasUnsent);

    /// <summary>There is a connection; nothing is said about whom it met.</summary>
    public bool Connected => _stage is Stage.Greeting or Stage.Handshake or Stage.Open;

    /// <summary>It is over, and only another connection helps.</summary>
    public bool Ended => _stage == Stage.Ended;

    /// <summary>What was wrong with the peer; null where it just closed the connection, and before the end.</summary>
    public string? Fault { get; private set; }

    /// <summary>What an early end means, where it can be told from how far the handshake came.</summary>
    public string? Hint { get; private set; }

    /// <summary>Something is due at this distance from now even if nothing happens on the socket.</summary>
    public TimeSpan Due => _broken ? TimeSpan.Zero : DueOfStage;

    private TimeSpan DueOfStage => _stage switch
    {
        Stage.Idle => Left(_attemptEnded, _pause),

        // Whoever does not answer at one address must not keep it from the next.
        Stage.Connecting when _addresses.Length > 1 => Left(_attemptBegan, _options.ConnectTimeout / (_addresses.Length + 1)),
        Stage.Greeting or Stage.Handshake => Left(_greetingBegan, GreetingTimeout),
        _ => Timeout.InfiniteTimeSpan,
    };

    /// <summary>Takes note of what was waited for.</summary>
    public void Waited(bool readable, bool writable)
    {
        _mayFill |= readable;
        if (_stage == Stage.Connecting && (readable || writable))
            EndConnect();
        else if (_stage == Stage.Connecting && DueOfStage == TimeSpan.Zero)
            TryLater();
        else if (_stage == Stage.Idle && DueOfStage == TimeSpan.Zero)
            Connect();
        else if (_stage is Stage.Greeting or Stage.Handshake && DueOfStage == TimeSpan.Zero)
            End(_stage == Stage.Greeting ? "it did not greet within 5 s" : "it did not end the handshake within 5 s");
        if (writable && _stage > Stage.Connecting)
            Flush();
    }

    /// <summary>Closes, after what is unsent went out or the time is over.</summary>
    public void Close(TimeSpan linger)
    {
        var begun = _time.GetTimestamp();
        while (_stage == Stage.Open && HasUnsent && Left(begun, linger) is { Ticks: > 0 } left && Socket!.Poll(left, SelectMode.SelectWrite))
            Flush();
        End(fault: null);
    }

    public void Dispose() => End(fault: null);

    /// <summary>Reads what has come, at most once; false where there was nothing.</summary>
    private bool Fill()
    {
        if (_broken && !_mayFill)
            End(fault: null);
        if (!_mayFill || Socket is not { } socket || _stage <= Stage.Connecting)
            return false;
        if (_inbound.TryFill(socket, out _mayFill))
            return true;
        End(fault: null);
        return false;
    }

    private void Connect()
    {
        var address = _addresses[(_first + Attempts++) % _addresses.Length];
        _attemptBegan = _time.GetTimestamp();
        try
        {
            Socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false, NoDelay = true };
            _stage = Stage.Connecting;
            Socket.Connect(address, _port);
            Greet();
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It says when it is done.
        }
        catch (SocketException)
        {
            TryLater();
        }
    }

    private void EndConnect()
    {
        if (Socket!.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is 0)
            Greet();
        else
            TryLater();
    }

    private void TryLater()
    {
        Socket?.Dispose();
        Socket = null;
        _stage = Stage.Idle;
        _attemptEnded = _time.GetTimestamp();

        // Each address once without a pause in between, then all of them after a longer one.
        _pause = Attempts % _addresses.Length != 0 ? TimeSpan.Zero : Pauses.Of(_options, (Attempts / _addresses.Length) - 1);
    }

    private void End(string? fault)
    {
        if (_stage == Stage.Ended)
            return;
        Fault = fault;
        Hint = fault is null && _stage == Stage.Handshake ? HintOfHandshake() : null;
        _stage = Stage.Ended;
        Socket?.Dispose();
        Socket = null;
        _curve?.Dispose();
    }

    private TimeSpan Left(long since, TimeSpan limit)
    {
        var left = limit - _time.GetElapsedTime(since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
