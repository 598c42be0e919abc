namespace MailScanBridge.Unpacking;

/// <summary>The CRC-32 that zip, gzip, 7z and RAR store beside content (polynomial 0xEDB88320).</summary>
internal static class Crc32
{
    public const uint Start = 0xFFFFFFFF;

    private static readonly uint[] s_table = MakeTable();

    public static uint Append(uint crc, ReadOnlySpan<byte> content)
    {
        uint[] table = s_table;
        foreach (byte b in content)
            crc = table[(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    public static uint Finish(uint crc) => ~crc;

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            table[i] = value;
        }

        return table;
    }
}
