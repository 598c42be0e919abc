using System.Buffers;

namespace MailScanBridge.Zeek.Wire;

/// <summary>A growing buffer to encode into; each thread keeps one, so that encoding allocates nothing but its result.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    // A thread keeps no more than this, so that one huge event does not hold its memory for ever.
    private const int KeptBytes = 256 * 1024;

    [ThreadStatic]
    private static PooledBuffer? _kept;

    private byte[] _bytes = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public int Length => _length;

    /// <summary>No larger than a thread may keep.</summary>
    public bool IsSmall => _bytes.Length <= KeptBytes;

    public static PooledBuffer Rent()
    {
        // An encoder can be inside another's call only through a user's own code; the inner one then makes its own buffer.
        var buffer = _kept ?? new PooledBuffer();
        _kept = null;
        buffer._length = 0;
        return buffer;
    }

    public void Dispose()
    {
        if (IsSmall)
            _kept = this;
    }

    public void Clear() => _length = 0;

    public byte[] ToArray() => Written.ToArray();

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length < Math.Max(count, 1))
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
    }
}
