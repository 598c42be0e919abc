namespace MailScanBridge.Unpacking;

/// <summary>A read-only window onto part of a seekable stream, which it does not own; reads stop when the token says so.</summary>
internal sealed class SliceStream(Stream inner, long start, long length, CancellationToken token) : Stream
{
    private readonly long _length = Math.Max(0, Math.Min(length, inner.Length - start));
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => _position = Math.Clamp(value, 0, _length);
    }

    public override int Read(Span<byte> buffer)
    {
        // Checked on the way in, so that a decoder that reads much and gives nothing back can be stopped too.
        token.ThrowIfCancellationRequested();
        int wanted = (int)Math.Min(buffer.Length, _length - _position);
        if (wanted <= 0)
            return 0;
        inner.Position = start + _position;
        int read = inner.Read(buffer[..wanted]);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 1 ? one[0] : -1;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => _length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
