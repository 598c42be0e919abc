namespace MailScanBridge.Samples.MailPcap.Formats;

internal static class Checksums
{
    public static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in data)
            crc = Crc32Step(crc, b);
        return ~crc;
    }

    public static uint Crc32Step(uint crc, byte b)
    {
        crc ^= b;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        return crc;
    }

    public static uint Adler32(ReadOnlySpan<byte> data)
    {
        uint a = 1, b = 0;
        foreach (byte value in data)
        {
            a = (a + value) % 65_521;
            b = (b + a) % 65_521;
        }

        return b << 16 | a;
    }
}
