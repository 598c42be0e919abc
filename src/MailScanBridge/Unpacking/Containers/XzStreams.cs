using SharpCompress.Compressors.Xz;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// All streams of an xz file as one (2.2 of its format): the decoder stops at the end of the first. What is neither a stream nor padding is an error. Stops
/// when the token says so: a million streams may hold nothing.
/// </summary>
internal sealed class XzStreams(Stream file, long maxDictionary, CancellationToken token) : ForwardStream
{
    private static readonly byte[] s_magic = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00];

    private XZStream? _current;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            _current ??= Next();
            if (_current is null)
                return 0;
            int read = _current.Read(buffer);
            if (read > 0 || buffer.Length == 0)
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
}
