using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.LZMA;
using SharpCompress.Compressors.Lzw;
using SharpCompress.Compressors.ZStandard;
using Mode = SharpCompress.Compressors.CompressionMode;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Compressors of one file: gzip, bzip2, xz, lzma, lzip, zstd, compress.</summary>
internal sealed class CompressedFile : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type is ContentTypes.Gzip or ContentTypes.Bzip2 or ContentTypes.Xz
        or ContentTypes.Lzma or ContentTypes.Lzip or ContentTypes.Zstandard or ContentTypes.Compress;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        string? name = item.Type == ContentTypes.Gzip ? GzipName(content) : null;
        content.Position = 0;
        (uint Crc, long Length)? read = parts.Read(name ?? WithoutExtension(item.Name), null, () => Decoder(item.Type, content, parts));
        // The decoder of .NET takes a gzip that ends too soon for one that ends; the trailer (RFC 1952 2.3.1) tells.
        if (item.Type == ContentTypes.Gzip && read is { } r && !GzipEnds(content, r.Crc, r.Length))
            parts.Problem(Reasons.Damaged, "gzip is cut, or holds several members or more behind its end");
    }

    private static Stream Decoder(string type, Stream content, PartSink parts)
    {
        switch (type)
        {
            case ContentTypes.Gzip:
                return new GZipStream(content, CompressionMode.Decompress, leaveOpen: true);
            case ContentTypes.Bzip2:
                return BZip2Stream.Create(content, Mode.Decompress, true, leaveOpen: true);
            case ContentTypes.Xz:
                return new XzStreams(content, parts.Budget.MaxDictionaryBytes, parts.Token);
            case ContentTypes.Zstandard:
                return new DecompressionStream(content);
            case ContentTypes.Lzip:
                return LZipStream.Create(content, Mode.Decompress, leaveOpen: true);
            case ContentTypes.Compress:
                return new LzwStream(content) { IsStreamOwner = false };
            default:
                var header = new byte[13];
                content.ReadExactly(header);
                Dictionaries.Check(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(1)), parts.Budget.MaxDictionaryBytes);
                long size = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(5));
                return LzmaStream.Create(header[..5], content, content.Length - header.Length, size, leaveOpen: true);
        }
    }

    private static bool GzipEnds(Stream content, uint crc, long length)
    {
        var trailer = new byte[8];
        if (!ZipHeaders.ReadAt(content, content.Length - trailer.Length, trailer))
            return false;
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer) == crc
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(4)) == (uint)length;
    }

    // The original name (RFC 1952 2.3.1, FNAME), Latin-1 up to a zero byte.
    private static string? GzipName(Stream content)
    {
        var head = new byte[(int)Math.Min(1024, content.Length)];
        content.ReadExactly(head);
        const byte HasExtra = 4, HasName = 8;
        if (head.Length < 10 || (head[3] & HasName) == 0)
            return null;
        int at = 10;
        if ((head[3] & HasExtra) != 0 && head.Length >= 12)
            at += 2 + BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(10));
        int end = at < head.Length ? Array.IndexOf(head, (byte)0, at) : -1;
        return end > at ? Encoding.Latin1.GetString(head, at, end - at) : null;
    }

    private static string? WithoutExtension(string? name)
    {
        int dot = name?.LastIndexOf('.') ?? -1;
        if (dot <= 0)
            return name;
        string stem = name![..dot];
        return name[dot..].ToLowerInvariant() is ".tgz" or ".tbz" or ".txz" ? stem + ".tar" : stem;
    }
}
