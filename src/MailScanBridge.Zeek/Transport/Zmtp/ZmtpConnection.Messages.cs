using System.Net.Sockets;

namespace MailScanBridge.Zeek.Transport.Zmtp;

// Messages in and out. What goes out is put together in one buffer, so that many small frames are one call; what comes in is put together part by part, since with CURVE each frame has a box of its own.
internal sealed partial class ZmtpConnection
{
    /// <summary>Parts of a message that are kept; of further ones only their number.</summary>
    public const int MaxParts = 4;

    private const int InitialBytes = 16 * 1024;
    private const int KeptBytes = 1024 * 1024;
    private const int FlushAt = 128 * 1024;
    private const int NamesBytes = 64 * 1024;

    // A peer that sends without end, and never ends a message, must not keep its owner from everything else.
    private const int MostFills = 64;

    private readonly (int Start, int Length)[] _ranges = new (int, int)[MaxParts];
    private readonly List<(byte[] Body, bool More)> _early = [];
    private byte[] _message = new byte[InitialBytes];
    private int _messageLength;
    private int _parts;
    private bool _whole;
    private byte[] _out = new byte[InitialBytes];
    private int _outStart;
    private int _outEnd;

    private bool HasUnsent => _outEnd > _outStart;

    /// <summary>Takes the next whole message; its parts stay until the next call.</summary>
    /// <param name="parts">How many parts it has; those beyond <see cref="MaxParts"/> are gone.</param>
    /// <returns>False where there is none yet.</returns>
    public bool TryTake(out int parts)
    {
        if (_whole)
        {
            (_whole, _parts, _messageLength) = (false, 0, 0);
            if (_message.Length > KeptBytes)
                _message = new byte[InitialBytes];
        }

        for (var fills = 0; ; fills++)
        {
            if (_stage is Stage.Greeting or Stage.Handshake)
                Advance();
            while (_stage == Stage.Open && TryTakeFrame(out var more))
            {
                if (more)
                    continue;
                _whole = true;
                parts = _parts;
                return true;
            }

            if (fills == MostFills || !Fill())
                break;
        }

        parts = 0;
        return false;
    }

    /// <summary>A part of the message taken last.</summary>
    public ReadOnlySpan<byte> Part(int index) => index < Math.Min(_parts, MaxParts) ? _message.AsSpan(_ranges[index].Start, _ranges[index].Length) : default;

    /// <summary>Bytes that wait for the network to take them.</summary>
    public int Unsent => _outEnd - _outStart;

    /// <summary>Lets the next look at the socket be a real one, though nothing was said of it.</summary>
    public void MayHaveMore() => _mayFill = true;

    /// <summary>Adds a frame to what goes out, at the latest with the next <see cref="Flush"/> after the connection is open.</summary>
    public void Send(ReadOnlySpan<byte> body, bool more)
    {
        if (_stage != Stage.Open || _broken)
        {
            if (_stage != Stage.Ended && !_broken)
                _early.Add((body.ToArray(), more));
            return;
        }

        if (_curve is null)
        {
            var to = Room(ZmtpFrame.SizeOf(body.Length));
            body.CopyTo(to[ZmtpFrame.WriteHead(to, body.Length, more)..]);
        }
        else
        {
            var boxed = body.Length + Curve.CurveSession.Overhead;
            var to = Room(ZmtpFrame.SizeOf(boxed));
            _curve.Encrypt(body, more, to[ZmtpFrame.WriteHead(to, boxed)..]);
        }

        if (!more && _outEnd - _outStart >= FlushAt)
            Flush();
    }

    /// <summary>Gives the network what it takes at once.</summary>
    public void Flush()
    {
        while (HasUnsent && Socket is { } socket)
        {
            var sent = socket.Send(_out.AsSpan(_outStart, _outEnd - _outStart), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
                return;
            if (error != SocketError.Success)
            {
                // What came before the break, such as the reason for it, is still read.
                _mayFill = _broken = true;
                _outStart = _outEnd;
                break;
            }

            _outStart += sent;
        }

        _outStart = _outEnd = 0;
        if (_out.Length > KeptBytes)
            _out = new byte[InitialBytes];
    }

    private void SendEarly()
    {
        foreach (var (body, more) in _early)
            Send(body, more);
        _early.Clear();
        Flush();
    }

    private bool TryTakeFrame(out bool more)
    {
        more = false;
        var look = ZmtpFrame.Look(_inbound.Unread, _maxFrame, out var frame);
        if (look == ZmtpLook.Incomplete)
            return false;
        if (look == ZmtpLook.Broken)
        {
            End("it sent something that is no ZMTP, or a message larger than the limit");
            return false;
        }

        var body = frame.Body(_inbound.Unread);
        var command = frame.IsCommand;
        more = frame.More;
        if (_curve is not null && !_curve.TryDecrypt(body, out body, out more, out command))
        {
            End("it sent something that is not encrypted for this connection");
            return false;
        }

        // Commands have no place between the parts of a message, and none is of use here.
        if (command)
            more = true;
        else if (!TryKeep(body))
            return false;
        _inbound.Consume(frame.Length);
        return true;
    }

    private bool TryKeep(ReadOnlySpan<byte> body)
    {
        if (_parts < MaxParts)
        {
            // Room for topic and sender beside a payload of the largest size.
            if (_messageLength + (long)body.Length > _maxFrame + (long)NamesBytes)
            {
                End("it sent a message larger than the limit");
                return false;
            }

            if (_message.Length - _messageLength < body.Length)
                Array.Resize(ref _message, (int)Math.Min(Math.Max(_message.Length * 2L, (long)_messageLength + body.Length), Array.MaxLength));
            body.CopyTo(_message.AsSpan(_messageLength));
            _ranges[_parts] = (_messageLength, body.Length);
            _messageLength += body.Length;
        }

        if (_parts < int.MaxValue)
            _parts++;
        return true;
    }

    private void WriteCommand(ReadOnlySpan<byte> body)
    {
        var to = Room(ZmtpFrame.SizeOf(body.Length));
        body.CopyTo(to[ZmtpFrame.WriteHead(to, body.Length, command: true)..]);
    }

    private void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    private Span<byte> Room(int length)
    {
        if (_out.Length - _outEnd < length)
        {
            if (_outStart > 0)
            {
                _out.AsSpan(_outStart, _outEnd - _outStart).CopyTo(_out);
                (_outStart, _outEnd) = (0, _outEnd - _outStart);
            }

            if (_out.Length - _outEnd < length)
                Array.Resize(ref _out, (int)Math.Min(Math.Max(_out.Length * 2L, (long)_outEnd + length), Array.MaxLength));
        }

        _outEnd += length;
        return _out.AsSpan(_outEnd - length, length);
    }
}
