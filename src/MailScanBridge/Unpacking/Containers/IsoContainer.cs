using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// ISO 9660 images (ECMA-119), by their Joliet names where there are any. Windows opens them at a double click, and the mark
/// of the web stays outside: a favourite carrier.
/// </summary>
internal sealed class IsoContainer : IContainer
{
    private const int Sector = 2048, FirstDescriptor = 16, RecordLength = 34;
    private const int Primary = 1, Supplementary = 2, Terminator = 255;
    private const byte IsDirectory = 2, IsMultiExtent = 0x80;

    private readonly record struct Extent(uint Sector, uint Length);

    /// <summary>Of an image that holds UDF too, ISO 9660's files are taken out all the same: which of the two a system shows is its own choice.</summary>
    public bool Opens(ScanItem item, Stream content)
    {
        Span<byte> identifier = stackalloc byte[5];
        return item.Type == ContentTypes.Iso9660
            || (item.Type == ContentTypes.Udf && ZipHeaders.ReadAt(content, (FirstDescriptor * Sector) + 1, identifier) && identifier.SequenceEqual("CD001"u8));
    }

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        // Joliet first: a file that both trees list is taken once, under its long name.
        var taken = new HashSet<Extent>();
        foreach ((Extent root, bool joliet) in Roots(content).OrderByDescending(r => r.Joliet))
            Walk(content, root, joliet, taken, parts);
        if (parts.Count == 0 && item.Type == ContentTypes.Iso9660)
            parts.Problem(Reasons.Unsupported, "an image without files in its ISO 9660 tree; it may have another");
    }

    private static List<(Extent Root, bool Joliet)> Roots(Stream content)
    {
        var roots = new List<(Extent, bool)>();
        var descriptor = new byte[Sector];
        for (long sector = FirstDescriptor; ZipHeaders.ReadAt(content, sector * Sector, descriptor); sector++)
        {
            if (!descriptor.AsSpan(1).StartsWith("CD001"u8) || descriptor[0] == Terminator)
                break;
            bool joliet = descriptor[0] == Supplementary && descriptor[88] == '%' && descriptor[89] == '/';
            if (descriptor[0] == Primary || joliet)
                roots.Add((ExtentOf(descriptor.AsSpan(156)), joliet));
        }

        return roots;
    }

    private static void Walk(Stream content, Extent root, bool joliet, HashSet<Extent> taken, PartSink parts)
    {
        var seen = new HashSet<Extent>();
        var pending = new Queue<(Extent Directory, string Path)>();
        pending.Enqueue((root, ""));
        while (pending.TryDequeue(out (Extent Directory, string Path) next))
        {
            parts.Token.ThrowIfCancellationRequested();
            // Directories can point at each other in circles.
            if (!seen.Add(next.Directory))
                continue;
            if (next.Directory.Length > parts.Budget.MaxItemBytes)
                throw new InvalidDataException("a directory of an image out of range");
            var records = new byte[next.Directory.Length];
            if (!ZipHeaders.ReadAt(content, (long)next.Directory.Sector * Sector, records))
                throw new InvalidDataException("a directory past the end of the image");
            for (int at = 0; at + RecordLength <= records.Length;)
            {
                int length = records[at];
                if (length == 0)
                {
                    at = (at / Sector + 1) * Sector; // records do not cross sectors
                    continue;
                }

                if (length < RecordLength || at + length > records.Length)
                    throw new InvalidDataException("a directory record out of range");
                Record(content, records.AsSpan(at, length), joliet, next.Path, pending, taken, parts);
                at += length;
            }
        }
    }

    private static void Record(Stream content, ReadOnlySpan<byte> record, bool joliet, string path, Queue<(Extent, string)> pending, HashSet<Extent> taken, PartSink parts)
    {
        int nameLength = Math.Min(record[32], record.Length - 33);
        ReadOnlySpan<byte> raw = record.Slice(33, nameLength);
        if (nameLength == 1 && raw[0] is 0 or 1)
            return; // the directory itself, and the one above
        string name = path + (joliet ? Encoding.BigEndianUnicode : Encoding.Latin1).GetString(raw).Split(';')[0];
        Extent extent = ExtentOf(record);
        if ((record[25] & IsDirectory) != 0)
        {
            pending.Enqueue((extent, name + "/"));
            return;
        }

        if (!taken.Add(extent))
            return;
        if ((record[25] & IsMultiExtent) != 0)
            parts.Problem(Reasons.Unsupported, $"{name}: a file in several extents, taken out in pieces");
        long start = (long)extent.Sector * Sector;
        if (start + extent.Length > content.Length)
            parts.Problem(Reasons.Damaged, $"{name}: ends past the end of the image");
        parts.Read(name, null, () => new SliceStream(content, start, extent.Length, parts.Token));
    }

    private static Extent ExtentOf(ReadOnlySpan<byte> record) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(record[2..]), BinaryPrimitives.ReadUInt32LittleEndian(record[10..]));
}
