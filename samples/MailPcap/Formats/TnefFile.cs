using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Samples.MailPcap.Formats;

/// <summary>Writes a winmail.dat ([MS-OXTNEF]) with one attachment.</summary>
internal static class TnefFile
{
    private const uint Signature = 0x223E9F78;
    private const byte LevelMessage = 1, LevelAttachment = 2;
    private const uint TnefVersion = 0x00089006, OemCodepage = 0x00069007;
    private const uint AttachRenderData = 0x00069002, AttachTitle = 0x00018010, AttachData = 0x0006800F;

    public static byte[] With(string name, byte[] content)
    {
        using var file = new MemoryStream();
        Span<byte> head = stackalloc byte[6];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Signature);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], 1); // key
        file.Write(head);
        Attribute(file, LevelMessage, TnefVersion, [0, 0, 1, 0]);
        Attribute(file, LevelMessage, OemCodepage, [0xE4, 0x04, 0, 0, 0, 0, 0, 0]); // 1252
        Attribute(file, LevelAttachment, AttachRenderData, [1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0]); // a file, no position
        Attribute(file, LevelAttachment, AttachTitle, [.. Encoding.ASCII.GetBytes(name), 0]);
        Attribute(file, LevelAttachment, AttachData, content);
        return file.ToArray();
    }

    private static void Attribute(Stream file, byte level, uint id, byte[] data)
    {
        using var writer = new BinaryWriter(file, Encoding.ASCII, leaveOpen: true);
        writer.Write(level);
        writer.Write(id);
        writer.Write(data.Length);
        writer.Write(data);
        writer.Write((ushort)data.Aggregate(0, (sum, b) => sum + b)); // checksum
    }
}
