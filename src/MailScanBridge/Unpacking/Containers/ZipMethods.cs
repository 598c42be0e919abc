using System.Buffers.Binary;
using System.IO.Compression;
using SharpCompress.Archives;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.Deflate64;
using SharpCompress.Compressors.LZMA;
using SharpCompress.Compressors.PPMd;
using SharpCompress.Compressors.Xz;
using SharpCompress.Compressors.ZStandard;
using SharpCompress.Readers;
using LegacyZip = SharpCompress.Archives.Zip.ZipArchive;
using Mode = SharpCompress.Compressors.CompressionMode;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Opens a zip member's data by its compression method (APPNOTE 4.4.5).</summary>
internal static class ZipMethods
{
    public static Stream Open(Stream file, ZipMember member, CancellationToken token = default, long maxDictionary = long.MaxValue)
    {
        if (member.IsEncrypted)
            throw new EncryptedContentException("needs a password");
        return member.Method is >= 1 and <= 6
            ? Old(file, member)
            : Decode(new SliceStream(file, member.DataOffset, member.CompressedSize, token), member, member.Method, maxDictionary);
    }

    /// <summary>Undoes the compression of a member's data, after its encryption if there was one.</summary>
    public static Stream Decode(Stream data, ZipMember member, ushort method, long maxDictionary) => method switch
    {
        0 => data,
        8 => new DeflateStream(data, CompressionMode.Decompress),
        9 => new Deflate64Stream(data, Mode.Decompress),
        12 => BZip2Stream.Create(data, Mode.Decompress, false),
        14 => Lzma(data, member, maxDictionary),
        93 => new DecompressionStream(data),
        95 => new XZStream(data),
        98 => Ppmd(data, maxDictionary),
        _ => throw new NotSupportedException($"compression method {method}"),
    };

    // Methods of before 1993, which SharpCompress opens only by way of the central directory.
    private static Stream Old(Stream file, ZipMember member)
    {
        file.Position = 0;
        var archive = LegacyZip.OpenArchive(file, new ReaderOptions { LeaveStreamOpen = true });
        IArchiveEntry? entry = archive.Entries.FirstOrDefault(e => (uint)e.Crc == member.Crc && e.CompressedSize == member.CompressedSize);
        return entry?.OpenEntryStream() ?? throw new NotSupportedException($"compression method {member.Method} outside the central directory");
    }

    // Method 14 (5.8.8): two version bytes, the length of the properties, the properties.
    private static LzmaStream Lzma(Stream data, ZipMember member, long maxDictionary)
    {
        Span<byte> header = stackalloc byte[4];
        data.ReadExactly(header);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        if (length != 5)
            throw new InvalidDataException($"LZMA properties of {length} bytes");
        var properties = new byte[length];
        data.ReadExactly(properties);
        Dictionaries.Check(BinaryPrimitives.ReadUInt32LittleEndian(properties.AsSpan(1)), maxDictionary);
        return LzmaStream.Create(properties, data, member.CompressedSize - header.Length - length, member.Size ?? -1);
    }

    // Method 98 (5.10): order, then memory in MiB less one, packed into two bytes.
    private static PpmdStream Ppmd(Stream data, long maxDictionary)
    {
        var properties = new byte[2];
        data.ReadExactly(properties);
        int memory = (BinaryPrimitives.ReadUInt16LittleEndian(properties) >> 4 & 0xFF) + 1;
        Dictionaries.Check(memory * 1024L * 1024, maxDictionary);
        return PpmdStream.Create(new PpmdProperties(properties), data, false);
    }
}

/// <summary>A decoder allocates its dictionary before it decodes a byte, so the size is judged before the decoder sees it.</summary>
internal static class Dictionaries
{
    public static void Check(long size, long limit)
    {
        if (size > limit)
            throw new LimitReachedException($"a dictionary of {size} bytes (unpacking.max_dictionary)", LimitScope.Part);
    }

    /// <summary>The dictionary of the first block of an xz stream that starts there (The .xz File Format 1.2.1, 3.1 and 5.3.1).</summary>
    public static void CheckXz(Stream file, long limit, long start)
    {
        const int FirstBlock = 12, LongestHeader = 1024, Lzma2 = 0x21;
        var header = new byte[(int)Math.Min(FirstBlock + LongestHeader, file.Length - start)];
        if (!ZipHeaders.ReadAt(file, start, header) || header.Length <= FirstBlock)
            return; // too short for a block: the decoder says so
        // Filters follow the flags and up to two numbers; LZMA2 is its id, a size of one, and the dictionary's size.
        for (int at = FirstBlock + 2; at + 2 < header.Length && at < FirstBlock + (header[FirstBlock] + 1) * 4; at++)
        {
            if (header[at] == Lzma2 && header[at + 1] == 1 && header[at + 2] <= 40)
            {
                int bits = header[at + 2];
                Check(bits == 40 ? uint.MaxValue : (2L | (bits & 1)) << (bits / 2 + 11), limit);
                return;
            }
        }
    }
}
