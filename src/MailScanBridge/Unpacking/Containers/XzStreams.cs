using SharpCompress.Compressors.Xz;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// All streams of an xz file as one (2.2 of its format): the decoder stops at the end of the first. What is neither a stream nor padding is an error. Stops
/// when the token says so: a million streams may hold nothing.
/// </summary>
internal sealed class XzStreams(Stream file, long maxDictionary, CancellationToken token) : Stream
{
    private static readonly byte[] s_magic = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00];

    private XZStream? _current;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (true)
        {
            _current ??= Next();
            if (_current is null)
                return 0;
            int read = _current.Read(buffer, offset, count);
            if (read > 0 || count == 0)
                return read;
            _current = null;
        }
    }

    // Padding is zeros, in fours; that there are other numbers of them hides nothing.
    private XZStream? Next()
    {
        token.ThrowIfCancellationRequested();
        int first;
        while ((first = file.ReadByte()) == 0)
        {
            if (file.Position % (1 << 20) == 0)
                token.ThrowIfCancellationRequested();
        }

        if (first < 0)
            return null;
        long start = file.Position - 1;
        var magic = new byte[s_magic.Length];
        if (!ZipHeaders.ReadAt(file, start, magic) || !magic.AsSpan().SequenceEqual(s_magic))
            throw new InvalidDataException("something stands behind the end of xz");
        Dictionaries.CheckXz(file, maxDictionary, start);
        file.Position = start;
        return new XZStream(file);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
