namespace MailScanBridge.Zeek.Transport.Hub;

/// <summary>
/// What waits to be written to one peer, as bytes ready for the wire. Messages are copied in one after another and taken out all at once, so that a busy hub
/// allocates nothing and writes many messages with one call.
/// </summary>
/// <remarks>Thread safety: all members by any thread.</remarks>
internal sealed class OutboundBuffer(int maxMessages, int maxBytes)
{
    private const int InitialBytes = 16 * 1024;
    private const int KeptBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _filled = new(0, 1);
    private byte[] _pending = new byte[InitialBytes];
    private byte[] _taken = new byte[InitialBytes];
    private int _length;
    private int _messages;
    private long _dropped;
    private bool _signalled;

    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Adds a whole message; false, and counted, where it does not fit. One message always fits an empty buffer.</summary>
    public bool TryAdd(ReadOnlySpan<byte> message)
    {
        lock (_lock)
        {
            if (_messages >= maxMessages || (_messages > 0 && (long)_length + message.Length > maxBytes))
            {
                _dropped++;
                return false;
            }

            Append_NeedsLock(message);
            return true;
        }
    }

    /// <summary>Adds what must not be dropped, such as a notice of a subscription; false where even twice the room is not enough.</summary>
    public bool TryAddVital(ReadOnlySpan<byte> message)
    {
        lock (_lock)
        {
            if ((long)_length + message.Length > 2L * maxBytes)
                return false;
            Append_NeedsLock(message);
            return true;
        }
    }

    /// <summary>Waits until there is something, and takes all of it; it stays valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(CancellationToken cancellationToken)
    {
        await _filled.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _signalled = false;
            (_pending, _taken) = (_taken, _pending);
            var taken = _taken.AsMemory(0, _length);
            _length = 0;
            _messages = 0;

            // A flood should not hold its memory for ever.
            if (_pending.Length > KeptBytes)
                _pending = new byte[InitialBytes];
            return taken;
        }
    }

    private void Append_NeedsLock(ReadOnlySpan<byte> message)
    {
        if (_pending.Length - _length < message.Length)
            Array.Resize(ref _pending, (int)Math.Min(Math.Max(_pending.Length * 2L, (long)_length + message.Length), Array.MaxLength));
        message.CopyTo(_pending.AsSpan(_length));
        _length += message.Length;
        _messages++;
        if (_signalled)
            return;
        _signalled = true;
        _filled.Release();
    }
}
