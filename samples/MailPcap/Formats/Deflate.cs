namespace MailScanBridge.Samples.MailPcap.Formats;

/// <summary>
/// Deflate (RFC 1951) in its simplest valid form: one block with the fixed codes, literals, and runs of one byte as matches
/// at distance one. Enough to hide plain text from a search of bytes, and to make a bomb.
/// </summary>
internal static class Deflate
{
    private const int LongestMatch = 258;

    public static byte[] Compress(ReadOnlySpan<byte> data)
    {
        var bits = new BitWriter();
        bits.Write(1, 1); // last block
        bits.Write(1, 2); // fixed codes
        for (int i = 0; i < data.Length;)
        {
            int run = 0;
            while (i > 0 && i + run < data.Length && run < LongestMatch && data[i + run] == data[i - 1])
                run++;
            if (run == LongestMatch)
            {
                Symbol(bits, 285);
                bits.Write(0, 5); // distance one
                i += run;
            }
            else
            {
                Symbol(bits, data[i]);
                i++;
            }
        }

        Symbol(bits, 256);
        return bits.ToArray();
    }

    /// <summary>
    /// Zeros at the best ratio that deflate has, 1032 to 1: a block whose own codes (3.2.7) give one bit to the longest match
    /// and one to its distance.
    /// </summary>
    /// <param name="matches">How many matches; the content is one zero and 258 more for each.</param>
    public static byte[] Zeros(int matches)
    {
        var bits = new BitWriter();
        bits.Write(1, 1); // last block
        bits.Write(2, 2); // own codes
        bits.Write(286 - 257, 5); // literal and length codes
        bits.Write(1 - 1, 5); // distance codes
        bits.Write(18 - 4, 4); // lengths of the code for code lengths, in the order that the RFC gives
        foreach (int length in (int[])[0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2])
            bits.Write(length, 3);
        Two(); // literal 0
        NoCodes(138);
        NoCodes(117);
        Two(); // end of block
        NoCodes(28);
        One(); // length 258
        One(); // distance 1
        bits.Write(0b01, 2); // the zero
        for (int i = 0; i < matches; i++)
            bits.Write(0, 2);
        bits.Write(0b11, 2); // end of block
        return bits.ToArray();

        void One() => bits.Write(0b01, 2);
        void Two() => bits.Write(0b11, 2);
        void NoCodes(int count)
        {
            bits.Write(0, 1);
            bits.Write(count - 11, 7);
        }
    }

    /// <summary>zlib's wrapping (RFC 1950), which PDF uses.</summary>
    public static byte[] Zlib(ReadOnlySpan<byte> data)
    {
        uint adler = Checksums.Adler32(data);
        return [0x78, 0x9C, .. Compress(data), (byte)(adler >> 24), (byte)(adler >> 16), (byte)(adler >> 8), (byte)adler];
    }

    /// <summary>gzip's wrapping (RFC 1952).</summary>
    public static byte[] Gzip(ReadOnlySpan<byte> data)
    {
        uint crc = Checksums.Crc32(data);
        uint size = (uint)data.Length;
        return
        [
            0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, .. Compress(data),
            (byte)crc, (byte)(crc >> 8), (byte)(crc >> 16), (byte)(crc >> 24), (byte)size, (byte)(size >> 8), (byte)(size >> 16), (byte)(size >> 24),
        ];
    }

    // The fixed codes (3.2.6); Huffman codes go most significant bit first.
    private static void Symbol(BitWriter bits, int symbol)
    {
        (int code, int length) = symbol switch
        {
            < 144 => (0x30 + symbol, 8),
            < 256 => (0x190 + symbol - 144, 9),
            < 280 => (symbol - 256, 7),
            _ => (0xC0 + symbol - 280, 8),
        };
        for (int i = length - 1; i >= 0; i--)
            bits.Write(code >> i & 1, 1);
    }

    private sealed class BitWriter
    {
        private readonly MemoryStream _bytes = new();
        private int _current;
        private int _count;

        public void Write(int value, int bits)
        {
            for (int i = 0; i < bits; i++)
            {
                _current |= (value >> i & 1) << _count;
                if (++_count == 8)
                    Flush();
            }
        }

        public byte[] ToArray()
        {
            if (_count > 0)
                Flush();
            return _bytes.ToArray();
        }

        private void Flush()
        {
            _bytes.WriteByte((byte)_current);
            _current = 0;
            _count = 0;
        }
    }
}
