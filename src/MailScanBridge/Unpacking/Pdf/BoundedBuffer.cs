namespace MailScanBridge.Unpacking.Pdf;

/// <summary>Keeps what fits, then stops the writer with <see cref="LimitReachedException"/>.</summary>
internal sealed class BoundedBuffer(int limit) : Stream
{
    private readonly MemoryStream _kept = new();

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => _kept.Length;
    public override long Position { get => _kept.Position; set => throw new NotSupportedException(); }

    public byte[] ToArray() => _kept.ToArray();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        long room = limit - _kept.Length;
        _kept.Write(buffer[..(int)Math.Min(buffer.Length, room)]);
        if (buffer.Length > room)
            throw new LimitReachedException($"PDF object streams of more than {limit} bytes", LimitScope.Part);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _kept.Dispose();
        base.Dispose(disposing);
    }
}
