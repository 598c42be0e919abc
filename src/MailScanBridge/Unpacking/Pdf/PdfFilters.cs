using System.IO.Compression;

namespace MailScanBridge.Unpacking.Pdf;

/// <summary>Undoes stream filters (ISO 32000-1, 7.4). Filters of pictures are left as they are.</summary>
internal static class PdfFilters
{
    // More filters on one stream than this are there to cost time.
    private const int MaxFilters = 8;

    /// <summary>Writes the stream's content, filters undone, into <paramref name="target"/>, which may throw to stop it; <paramref name="resolve"/> follows references.</summary>
    /// <exception cref="NotSupportedException">A filter that is not known.</exception>
    public static void Decode(ReadOnlyMemory<byte> data, PdfDictionary dictionary, Func<object?, object?> resolve, Stream target, int maxIntermediate)
    {
        List<object?> filters = Many("Filter", "F");
        List<object?> parameters = Many("DecodeParms", "DP");
        if (filters.Count > MaxFilters)
            throw new NotSupportedException($"a stream with {filters.Count} filters");
        Stream content = new ReadOnlyMemoryStream(data);
        for (int i = 0; i < filters.Count; i++)
        {
            content = Undo((filters[i] as PdfName)?.Value, content, maxIntermediate);
            if (i < parameters.Count && parameters[i] is PdfDictionary p && p.Number("Predictor") is > 1)
                content = new MemoryStream(Unpredict(All(content, maxIntermediate), p));
        }

        content.CopyTo(target, 64 * 1024);

        // One value or an array of them, each of which may stand in an object of its own.
        List<object?> Many(string key, string abbreviation) => resolve(dictionary.GetValueOrDefault(key) ?? dictionary.GetValueOrDefault(abbreviation)) switch
        {
            List<object?> list => [.. list.Select(resolve)],
            null => [],
            var one => [one],
        };
    }

    private static Stream Undo(string? filter, Stream content, int max) => filter switch
    {
        "FlateDecode" or "Fl" => new ZLibStream(content, CompressionMode.Decompress),
        "ASCIIHexDecode" or "AHx" => new MemoryStream(Hex(All(content, max))),
        "ASCII85Decode" or "A85" => new MemoryStream(Ascii85(All(content, max))),
        "RunLengthDecode" or "RL" => new MemoryStream(RunLength(All(content, max), max)),
        "LZWDecode" or "LZW" => new MemoryStream(PdfLzw.Decode(All(content, max), max)),
        "DCTDecode" or "DCT" or "JPXDecode" or "CCITTFaxDecode" or "CCF" or "JBIG2Decode" => content,
        _ => throw new NotSupportedException($"filter {filter}"),
    };

    private static byte[] All(Stream content, int max)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = content.Read(buffer)) > 0)
        {
            copy.Write(buffer, 0, read);
            Bound(copy.Length, max);
        }

        return copy.ToArray();
    }

    public static void Bound(long length, int max)
    {
        if (length > max)
            throw new LimitReachedException($"a PDF stream that grows beyond {max} bytes between its filters", LimitScope.Part);
    }

    public static byte[] Hex(ReadOnlySpan<byte> digits)
    {
        var bytes = new List<byte>(digits.Length / 2);
        int high = -1;
        foreach (byte b in digits)
        {
            if (b == '>')
                break;
            if (!char.IsAsciiHexDigit((char)b))
                continue;
            int value = char.IsAsciiDigit((char)b) ? b - '0' : (b | 0x20) - 'a' + 10;
            if (high < 0)
            {
                high = value;
            }
            else
            {
                bytes.Add((byte)(high << 4 | value));
                high = -1;
            }
        }

        if (high >= 0)
            bytes.Add((byte)(high << 4));
        return [.. bytes];
    }

    private static byte[] Ascii85(ReadOnlySpan<byte> text)
    {
        var bytes = new List<byte>(text.Length);
        Span<byte> group = stackalloc byte[5];
        int count = 0;
        foreach (byte b in text)
        {
            if (b == '~')
                break;
            if (b == 'z' && count == 0)
            {
                bytes.AddRange((ReadOnlySpan<byte>)[0, 0, 0, 0]);
            }
            else if (b is >= (byte)'!' and <= (byte)'u')
            {
                group[count++] = (byte)(b - '!');
                if (count == 5)
                {
                    Flush(group, 4);
                    count = 0;
                }
            }
        }

        if (count > 1)
        {
            group[count..].Fill(84);
            Flush(group, count - 1);
        }

        return [.. bytes];

        void Flush(Span<byte> five, int keep)
        {
            uint value = 0;
            foreach (byte digit in five)
                value = unchecked(value * 85 + digit);
            for (int i = 0; i < keep; i++)
                bytes.Add((byte)(value >> (24 - 8 * i)));
        }
    }

    private static byte[] RunLength(ReadOnlySpan<byte> data, int max)
    {
        using var bytes = new MemoryStream();
        for (int at = 0; at < data.Length && data[at] != 128; Bound(bytes.Length, max))
        {
            int length = data[at++];
            if (length < 128)
            {
                int count = Math.Min(length + 1, data.Length - at);
                bytes.Write(data.Slice(at, count));
                at += count;
            }
            else if (at < data.Length)
            {
                bytes.Write(Enumerable.Repeat(data[at++], 257 - length).ToArray());
            }
        }

        return bytes.ToArray();
    }

    // PNG predictors (7.4.4.4): each row starts with the way it was predicted. Predictor 2 (TIFF) is of pictures alone.
    private static byte[] Unpredict(byte[] data, PdfDictionary parameters)
    {
        if (parameters.Number("Predictor") < 10)
            return data;
        int bits = Math.Clamp(parameters.Number("BitsPerComponent") ?? 8, 1, 32), colors = Math.Clamp(parameters.Number("Colors") ?? 1, 1, 32);
        long row = ((long)Math.Clamp(parameters.Number("Columns") ?? 1, 1, 1_000_000) * bits * colors + 7) / 8;
        // A row longer than the data would be memory for nothing: a few words of a dictionary may ask for 128 MB of it.
        int pixel = Math.Max(1, bits * colors / 8), width = (int)Math.Min(row, data.Length);
        using var bytes = new MemoryStream(data.Length);
        var above = new byte[width];
        for (int at = 0; at + 1 < data.Length; at += width + 1)
        {
            byte[] current = new byte[width];
            data.AsSpan(at + 1, Math.Min(width, data.Length - at - 1)).CopyTo(current);
            for (int i = 0; i < width; i++)
            {
                byte left = i >= pixel ? current[i - pixel] : (byte)0, corner = i >= pixel ? above[i - pixel] : (byte)0;
                current[i] += data[at] switch
                {
                    1 => left,
                    2 => above[i],
                    3 => (byte)((left + above[i]) / 2),
                    4 => Paeth(left, above[i], corner),
                    _ => 0,
                };
            }

            bytes.Write(current);
            above = current;
        }

        return bytes.ToArray();
    }

    private static byte Paeth(int a, int b, int c)
    {
        int p = a + b - c, pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
        return (byte)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
    }

    private sealed class ReadOnlyMemoryStream(ReadOnlyMemory<byte> memory) : ForwardStream
    {
        private int _position;

        public override long Length => memory.Length;
        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, memory.Length - _position);
            memory.Span.Slice(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }
    }
}
