using System.Buffers.Binary;
using System.IO.Compression;
using MailScanBridge.Unpacking.Office;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Objects and macros inside a PowerPoint document: each is a compressed compound file of its own ([MS-PPT] 2.10.34 to 2.10.41).</summary>
internal static class PowerPointObjects
{
    private const int ExternalObjectStorage = 0x1011;
    private const int Container = 0x0F;

    public static void TakeOut(CompoundFile file, PartSink parts)
    {
        if (file.Find("PowerPoint Document") is not { } entry)
            return;
        byte[] records = file.Read(entry, parts.Budget.MaxItemBytes);
        int at = 0;
        while (at + 8 <= records.Length)
        {
            parts.Token.ThrowIfCancellationRequested();
            int version = BinaryPrimitives.ReadUInt16LittleEndian(records.AsSpan(at));
            int type = BinaryPrimitives.ReadUInt16LittleEndian(records.AsSpan(at + 2));
            long length = BinaryPrimitives.ReadUInt32LittleEndian(records.AsSpan(at + 4));
            at += 8;
            if ((version & 0x0F) == Container)
                continue; // go on with what is inside
            int available = (int)Math.Min(length, records.Length - at);
            if (type == ExternalObjectStorage)
            {
                // Instance 1 is compressed, with the size before it in front.
                bool compressed = version >> 4 == 1 && available > 4;
                var data = new MemoryStream(records, at + (compressed ? 4 : 0), available - (compressed ? 4 : 0));
                parts.Read("object.bin", null, () => compressed ? new ZLibStream(data, CompressionMode.Decompress) : data);
            }

            at += available;
        }
    }
}
