using System.Net.Sockets;

namespace MailScanBridge.Zeek.Transport.Zmtp;

/// <summary>
/// What came from one peer and is not yet a whole message. Grows with the bytes that really come, never with those that are announced, and no further than
/// the largest message allowed.
/// </summary>
internal sealed class InboundBuffer(int maxMessage)
{
    private const int InitialBytes = 64 * 1024;

    // Room for the heads of a message's parts beside its bodies.
    private readonly int _maxBytes = (int)Math.Min((long)maxMessage + InitialBytes, Array.MaxLength);
    private byte[] _bytes = new byte[InitialBytes];
    private int _start;
    private int _end;

    // How far the message that begins at _start has been looked through, so that a long one is not looked through again from its start each time.
    private int _looked;

    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    public void Consume(int count)
    {
        _start += count;
        _looked = 0;
    }

    /// <summary>Reads once from the socket; false at the end of the stream, or where a message grows too large.</summary>
    public async ValueTask<bool> FillAsync(Socket socket, CancellationToken cancellationToken)
    {
        if (!MakeRoom())
            return false;
        var received = await socket.ReceiveAsync(_bytes.AsMemory(_end), SocketFlags.None, cancellationToken).ConfigureAwait(false);
        _end += received;
        return received > 0;
    }

    /// <summary>Reads once from a socket that does not block; false at the end of the stream, where the connection broke, or where a message grows too large.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="more">True where there may be more to read at once.</param>
    public bool TryFill(Socket socket, out bool more)
    {
        more = false;
        if (!MakeRoom())
            return false;
        var room = _bytes.AsSpan(_end);
        var received = socket.Receive(room, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return true;
        if (error != SocketError.Success || received == 0)
            return false;
        _end += received;
        more = received == room.Length;
        return true;
    }

    /// <summary>Looks for a whole message, all its parts, at the start; gives its length and its first frame.</summary>
    public ZmtpLook LookForMessage(out int length, out ZmtpFrame first)
    {
        var unread = Unread;
        length = 0;
        first = default;
        while (true)
        {
            var look = ZmtpFrame.Look(unread[_looked..], maxMessage, out var frame);
            if (look != ZmtpLook.Complete)
                return look;
            _looked += frame.Length;
            if (_looked > _maxBytes)
                return ZmtpLook.Broken;
            if (frame.More)
                continue;
            length = _looked;
            return ZmtpFrame.Look(unread, maxMessage, out first);
        }
    }

    private bool MakeRoom()
    {
        if (_start > 0)
        {
            Unread.CopyTo(_bytes);
            _end -= _start;
            _start = 0;
        }

        if (_end == _bytes.Length)
        {
            if (_bytes.Length >= _maxBytes)
                return false;
            Array.Resize(ref _bytes, (int)Math.Min(_bytes.Length * 2L, _maxBytes));
        }
        else if (_end == 0 && _bytes.Length > InitialBytes)
        {
            _bytes = new byte[InitialBytes];
        }

        return true;
    }
}
