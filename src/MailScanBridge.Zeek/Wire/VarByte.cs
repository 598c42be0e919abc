namespace MailScanBridge.Zeek.Wire;

/// <summary>Lengths and counts: seven bits a byte, least significant first, the top bit set on all but the last (LEB128), 32 bits in all.</summary>
/// <remarks>
/// Source: <c>bin.hh</c>, <c>write_varbyte</c> and <c>read_varbyte</c>, 8.2.2. Zeek's reader has no end to the bytes it takes, and more than five overflow
/// its shift; five at most are accepted here. It accepts forms longer than needed, and so does this one.
/// </remarks>
internal static class VarByte
{
    public const int MaxBytes = 5;

    public static uint Read(ReadOnlySpan<byte> bytes, ref int position)
    {
        var start = position;
        ulong value = 0;
        for (var i = 0; i < MaxBytes; i++)
        {
            if ((uint)position >= (uint)bytes.Length)
                WireFail.Truncated(start);
            var b = bytes[position++];
            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b < 0x80)
            {
                if (value > uint.MaxValue)
                    WireFail.VarByte(start);
                return (uint)value;
            }
        }

        WireFail.VarByte(start);
        return 0;
    }

    /// <summary>Writes to a span with room for five bytes; returns how many were used.</summary>
    public static int Write(Span<byte> output, uint value)
    {
        var used = 0;
        while (value >= 0x80)
        {
            output[used++] = (byte)(value | 0x80);
            value >>= 7;
        }

        output[used++] = (byte)value;
        return used;
    }
}

/// <summary>Which subnet lengths make sense.</summary>
internal static class WireSubnet
{
    /// <summary>Zeek takes any byte, and turns an IPv4 network with a length below 96 into <c>/0</c>, which matches everything: not accepted here.</summary>
    public static bool IsValid(ulong high, ulong low, byte length) => length <= 128 && (length >= 96 || !ZeekValue.IsV4(high, low));
}
