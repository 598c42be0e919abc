using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Decodes the records of a zip (APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).</summary>
internal static class ZipHeaders
{
    public const int LocalLength = 30;
    public const int CentralLength = 46;
    public const int EndLength = 22;

    private const uint Unknown32 = 0xFFFFFFFF;
    private const ushort Utf8Flag = 0x0800;

    // Names may be in code page 437, which .NET knows only after this.
    static ZipHeaders() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static ReadOnlySpan<byte> LocalSignature => "PK\u0003\u0004"u8;

    public static ReadOnlySpan<byte> CentralSignature => "PK\u0001\u0002"u8;

    public static ReadOnlySpan<byte> EndSignature => "PK\u0005\u0006"u8;

    public static ReadOnlySpan<byte> DescriptorSignature => "PK\u0007\u0008"u8;

    /// <summary>Local file header (4.3.7); null where there is none. Without a size in it, the data reaches to the end of the file.</summary>
    public static ZipMember? ReadLocal(Stream file, long offset)
    {
        Span<byte> fixedPart = stackalloc byte[LocalLength];
        if (!ReadAt(file, offset, fixedPart) || !fixedPart.StartsWith(LocalSignature))
            return null;
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[26..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[28..]);
        var tail = new byte[nameLength + extraLength];
        if (!ReadAt(file, offset + LocalLength, tail))
            return null;
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[6..]);
        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[18..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[22..]);
        long none = 0;
        Zip64(tail.AsSpan(nameLength), ref size, ref compressed, ref none);
        (int strength, ushort method) = WinZipAes(tail.AsSpan(nameLength));
        long data = offset + LocalLength + nameLength + extraLength;
        bool unknown = (flags & 8) != 0 && compressed == 0;
        return new ZipMember
        {
            Name = Decode(tail.AsSpan(0, nameLength), flags),
            Flags = flags,
            Method = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[8..]),
            Time = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[10..]),
            AesStrength = strength,
            AesMethod = method,
            Crc = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[14..]),
            CompressedSize = unknown ? file.Length - data : compressed,
            Size = unknown ? null : size,
            HeaderOffset = offset,
            DataOffset = data,
        };
    }

    /// <summary>Central directory header (4.3.12) at the start of <paramref name="directory"/>; null where there is none. Its data offset is not known yet.</summary>
    public static (ZipMember Member, int Length)? ReadCentral(ReadOnlySpan<byte> directory)
    {
        if (directory.Length < CentralLength || !directory.StartsWith(CentralSignature))
            return null;
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
        int commentLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
        int length = CentralLength + nameLength + extraLength + commentLength;
        if (directory.Length < length)
            return null;
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(directory[8..]);
        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(directory[20..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(directory[24..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(directory[42..]);
        Zip64(directory.Slice(CentralLength + nameLength, extraLength), ref size, ref compressed, ref offset);
        (int strength, ushort method) = WinZipAes(directory.Slice(CentralLength + nameLength, extraLength));
        var member = new ZipMember
        {
            Name = Decode(directory.Slice(CentralLength, nameLength), flags),
            Flags = flags,
            Method = BinaryPrimitives.ReadUInt16LittleEndian(directory[10..]),
            Time = BinaryPrimitives.ReadUInt16LittleEndian(directory[12..]),
            AesStrength = strength,
            AesMethod = method,
            Crc = BinaryPrimitives.ReadUInt32LittleEndian(directory[16..]),
            CompressedSize = compressed,
            Size = size,
            HeaderOffset = offset,
            DataOffset = 0,
        };
        return (member, length);
    }

    /// <summary>Fills <paramref name="target"/> from the offset on; false where the file does not reach that far.</summary>
    public static bool ReadAt(Stream file, long offset, Span<byte> target)
    {
        if (offset < 0 || offset > file.Length - target.Length)
            return false;
        file.Position = offset;
        return file.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) == target.Length;
    }

    // Extended information (4.5.3): eight bytes for each field that is all ones in the header, in this order.
    private static void Zip64(ReadOnlySpan<byte> extra, ref long size, ref long compressed, ref long offset)
    {
        ReadOnlySpan<byte> fields = Extra(extra, 1);
        Take(ref fields, ref size);
        Take(ref fields, ref compressed);
        Take(ref fields, ref offset);

        static void Take(ref ReadOnlySpan<byte> fields, ref long value)
        {
            if (value != Unknown32 || fields.Length < 8)
                return;
            value = Math.Max(0, BinaryPrimitives.ReadInt64LittleEndian(fields));
            fields = fields[8..];
        }
    }

    // Extra field 9901 of WinZip: version, "AE", strength, the method below.
    private static (int Strength, ushort Method) WinZipAes(ReadOnlySpan<byte> extra)
    {
        ReadOnlySpan<byte> field = Extra(extra, 0x9901);
        return field.Length >= 7 ? (field[4], BinaryPrimitives.ReadUInt16LittleEndian(field[5..])) : (0, (ushort)0);
    }

    private static ReadOnlySpan<byte> Extra(ReadOnlySpan<byte> extra, ushort wanted)
    {
        while (extra.Length >= 4)
        {
            ushort id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            if (id == wanted)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static string Decode(ReadOnlySpan<byte> name, ushort flags)
    {
        if ((flags & Utf8Flag) != 0 || name.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) < 0)
            return Encoding.UTF8.GetString(name);
        // Without the flag it is code page 437 by the book; in practice many write UTF-8 all the same.
        string text = Encoding.UTF8.GetString(name);
        return text.Contains('\uFFFD', StringComparison.Ordinal) ? Encoding.GetEncoding(437).GetString(name) : text;
    }
}
