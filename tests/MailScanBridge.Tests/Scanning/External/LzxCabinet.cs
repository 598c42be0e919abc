using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Tests.Scanning.External;

/// <summary>A cabinet of one LZX folder ([MS-CAB]), which is not read here, in one block without compression.</summary>
internal static class LzxCabinet
{
    private const int Header = 36, Folder = 8;

    public static byte[] Make(string name, byte[] content)
    {
        // No E8 translation (0), an uncompressed block (011), its size in 24 bits, then three offsets and the bytes.
        var bits = $"0011{content.Length:b24}".PadRight(32, '0');
        byte[] block = [.. Little16(Convert.ToUInt16(bits[..16], 2)), .. Little16(Convert.ToUInt16(bits[16..], 2)), .. Little32(1), .. Little32(1), .. Little32(1), .. content];
        byte[] data = [.. Little32(0), .. Little16(block.Length), .. Little16(content.Length), .. block];
        byte[] file = [.. Little32(content.Length), .. Little32(0), .. Little16(0), .. Little16(0x2821), .. Little16(0), .. Little16(0x20), .. Encoding.Latin1.GetBytes(name), 0];
        var start = Header + Folder + file.Length;
        return
        [
            .. "MSCF"u8, .. Little32(0), .. Little32(start + data.Length), .. Little32(0), .. Little32(Header + Folder), .. Little32(0), 3, 1,
            .. Little16(1), .. Little16(1), .. Little16(0), .. Little16(0x1234), .. Little16(0),
            .. Little32(start), .. Little16(1), .. Little16(3 | (15 << 8)), .. file, .. data,
        ];
    }

    private static byte[] Little16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] Little32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
