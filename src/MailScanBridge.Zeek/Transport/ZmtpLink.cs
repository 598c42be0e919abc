using System.Net.Sockets;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Transport;

/// <summary>One connection to a hub: an XSUB and an XPUB socket, as a Zeek node has them, on the loop's own thread.</summary>
/// <remarks>A connection that breaks is not repaired: the link says that it is lost, and a new one begins from nothing, with new subscriptions and nothing unsent of the old.</remarks>
internal sealed class ZmtpLink : IHubLink
{
    // Odd, so that both sockets have their turns where each is asked once a turn.
    private const int AskEvery = 7;

    private readonly SocketTransport _transport;
    private readonly Action<string, string> _refused;
    private readonly byte[] _nodeId;
    private readonly string _xPub;
    private readonly string _xSub;
    private readonly ZmtpConnection _receive;
    private readonly ZmtpConnection _send;
    private readonly List<Socket> _readable = new(3);
    private readonly List<Socket> _writable = new(2);
    private readonly List<Socket> _failed = new(2);
    private bool _told;
    private int _asked;

    public ZmtpLink(ZeekClientOptions options, byte[] nodeId, SocketTransport transport, TimeProvider time, int first, Action<string, string> refused)
    {
        _transport = transport;
        _nodeId = nodeId;
        _refused = refused;
        (_xPub, _xSub) = (options.HubXPub, options.HubXSub);
        _receive = new ZmtpConnection(options.HubXPub, "XSUB", options, time, first);
        try
        {
            _send = new ZmtpConnection(options.HubXSub, "XPUB", options, time, first);
        }
        catch
        {
            _receive.Dispose();
            throw;
        }
    }

    public bool Connected => _receive.Connected && _send.Connected;

    public bool Lost => _receive.Ended || _send.Ended;

    public string? Hint => (_receive.Fault ?? _send.Fault) is { } fault ? "is refused: " + fault : _receive.Hint ?? _send.Hint;

    public long Unsent => _send.Unsent;

    public void Wait(TimeSpan timeout)
    {
        _readable.Clear();
        _writable.Clear();
        _failed.Clear();
        _readable.Add(_transport.Waking);
        timeout = Add(_receive, timeout);
        timeout = Add(_send, timeout);
        if (!Lost)
            Socket.Select(_readable, _writable, _failed, timeout);
        if (_readable.Contains(_transport.Waking))
            _transport.ResetWake();
        Waited(_receive);
        Waited(_send);
    }

    public bool TryReceive(IFrameSink sink)
    {
        if (!TryTake(_receive, out var parts))
            return false;
        if (parts == ZmtpConnection.MaxParts)
            sink.OnMessage(_receive.Part(0), _receive.Part(1), _receive.Part(2), _receive.Part(3));
        else
            sink.OnWrongParts(parts, _receive.Part(0), _receive.Part(1));
        return true;
    }

    public bool TryReceiveNotice(IFrameSink sink)
    {
        if (!TryTake(_send, out _))
            return false;
        var notice = _send.Part(0);
        if (notice.Length > 0 && notice[0] <= 1)
            sink.OnNotice(notice[1..], notice[0] == 1);
        return true;
    }

    public void Subscribe(ReadOnlySpan<byte> topic, bool on)
    {
        Span<byte> message = topic.Length < 256 ? stackalloc byte[topic.Length + 1] : new byte[topic.Length + 1];
        message[0] = on ? (byte)1 : (byte)0;
        topic.CopyTo(message[1..]);
        _receive.Send(message, more: false);
    }

    public void Send(byte[] topic, byte[] payload)
    {
        _send.Send(topic, more: true);
        _send.Send(_nodeId, more: true);
        _send.Send(ZeekWire.SerializerBytes, more: true);
        _send.Send(payload, more: false);
    }

    public void Flush()
    {
        _receive.Flush();
        _send.Flush();
    }

    public void Close(TimeSpan linger)
    {
        _receive.Dispose();
        _send.Close(linger);
    }

    public void Dispose() => Close(TimeSpan.Zero);

    // Asking a socket costs a system call, so one is asked when the wait said that it has something, and now and then.
    private bool TryTake(ZmtpConnection connection, out int parts)
    {
        if (++_asked % AskEvery == 0 || Lost)
            connection.MayHaveMore();
        if (connection.TryTake(out parts))
            return true;
        if (connection.Fault is { } fault && !_told)
        {
            _told = true;
            _refused(connection == _receive ? _xPub : _xSub, fault);
        }

        return false;
    }

    private TimeSpan Add(ZmtpConnection connection, TimeSpan timeout)
    {
        if (connection.Socket is { } socket)
        {
            _readable.Add(socket);
            _failed.Add(socket);
            if (connection.WantsWrite)
                _writable.Add(socket);
        }

        var due = connection.Due;
        return due >= TimeSpan.Zero && due < timeout ? due : timeout;
    }

    private void Waited(ZmtpConnection connection)
    {
        var socket = connection.Socket;
        if (socket is null)
            connection.Waited(readable: false, writable: false);
        else
            connection.Waited(_readable.Contains(socket) || _failed.Contains(socket), _writable.Contains(socket));
    }
}
