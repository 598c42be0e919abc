namespace MailScanBridge.Unpacking.Pdf;

/// <summary>LZWDecode (ISO 32000-1, 7.4.4): codes of 9 to 12 bits, most significant first, width changed one code early.</summary>
internal static class PdfLzw
{
    private const int Clear = 256, End = 257, MaxCodes = 4096;

    public static byte[] Decode(ReadOnlySpan<byte> data, int max)
    {
        using var bytes = new MemoryStream();
        var prefix = new int[MaxCodes];
        var suffix = new byte[MaxCodes];
        var stack = new byte[MaxCodes];
        int next = End + 1, width = 9, previous = -1;
        int bits = 0, held = 0;
        byte first = 0;
        foreach (byte b in data)
        {
            bits = bits << 8 | b;
            held += 8;
            if (held < width)
                continue;
            int code = bits >> (held - width) & ((1 << width) - 1);
            held -= width;
            bits &= (1 << held) - 1;
            if (code == End)
                break;
            if (code == Clear)
            {
                next = End + 1;
                width = 9;
                previous = -1;
                continue;
            }

            if (code > next || (code == next && previous < 0))
                throw new InvalidDataException("LZW code out of range");
            int depth = 0, at = code;
            if (code == next)
            {
                stack[depth++] = first; // the string just being made
                at = previous;
            }

            while (at > End)
            {
                stack[depth++] = suffix[at];
                at = prefix[at];
            }

            first = (byte)at;
            stack[depth++] = first;
            while (depth > 0)
                bytes.WriteByte(stack[--depth]);
            PdfFilters.Bound(bytes.Length, max);
            if (previous >= 0 && next < MaxCodes)
            {
                prefix[next] = previous;
                suffix[next++] = first;
                if (next + 1 >= 1 << width && width < 12)
                    width++;
            }

            previous = code;
        }

        return bytes.ToArray();
    }
}
