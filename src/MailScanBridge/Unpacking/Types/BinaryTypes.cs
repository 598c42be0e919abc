using System.Buffers.Binary;

namespace MailScanBridge.Unpacking.Types;

/// <summary>Types that show by signature bytes. Hot: one pass over a short table, no allocation.</summary>
internal static class BinaryTypes
{
    private readonly record struct Signature(int Offset, byte[] Bytes, string Type);

    // The order matters only where one signature starts with another: the longer one comes first.
    private static readonly Signature[] s_table =
    [
        new(0, "PK\u0003\u0004"u8.ToArray(), ContentTypes.Zip),
        new(0, "PK00PK\u0003\u0004"u8.ToArray(), ContentTypes.Zip),
        new(0, "PK\u0007\u0008PK\u0003\u0004"u8.ToArray(), ContentTypes.Zip),
        new(0, "PK\u0005\u0006"u8.ToArray(), ContentTypes.Zip),
        new(0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], ContentTypes.Ole),
        new(0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], ContentTypes.SevenZip),
        new(0, "Rar!\u001a\u0007"u8.ToArray(), ContentTypes.Rar),
        new(0, [0x52, 0x45, 0x7E, 0x5E], ContentTypes.Rar), // RAR 1.4
        new(0, [0x1F, 0x8B, 0x08], ContentTypes.Gzip),
        new(0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], ContentTypes.Xz),
        new(0, [0x28, 0xB5, 0x2F, 0xFD], ContentTypes.Zstandard),
        new(0, [0x04, 0x22, 0x4D, 0x18], ContentTypes.Lz4),
        new(0, [0x1F, 0x9D], ContentTypes.Compress),
        new(0, "LZIP"u8.ToArray(), ContentTypes.Lzip),
        new(0, [0x78, 0x9F, 0x3E, 0x22], ContentTypes.Tnef),
        new(0, "MSCF\0\0\0\0"u8.ToArray(), ContentTypes.Cabinet),
        new(0, "ISc("u8.ToArray(), "application/x-installshield-cab"),
        new(0x8001, "CD001"u8.ToArray(), ContentTypes.Iso9660),
        new(0x8001, "BEA01"u8.ToArray(), ContentTypes.Udf),
        new(7, "**ACE**"u8.ToArray(), ContentTypes.Ace),
        new(0, "070701"u8.ToArray(), ContentTypes.Cpio),
        new(0, "070702"u8.ToArray(), ContentTypes.Cpio),
        new(0, "070707"u8.ToArray(), ContentTypes.Cpio),
        new(0, [0xC7, 0x71], ContentTypes.Cpio),
        new(0, [0x71, 0xC7], ContentTypes.Cpio),
        new(0, "!<arch>\n"u8.ToArray(), ContentTypes.Ar),
        new(0, "xar!"u8.ToArray(), ContentTypes.Xar),
        new(0, "MSWIM\0\0\0"u8.ToArray(), ContentTypes.Wim),
        new(0, "conectix"u8.ToArray(), ContentTypes.Vhd),
        new(0, "vhdxfile"u8.ToArray(), ContentTypes.Vhdx),
        new(0, "ITSF"u8.ToArray(), ContentTypes.Chm),
        new(0, [0x53, 0x5A, 0x44, 0x44, 0x88, 0xF0, 0x27, 0x33], ContentTypes.Szdd),
        new(8, [0x19, 0x04, 0x00, 0x10], ContentTypes.Symbian),
        new(0, [0x7F, (byte)'E', (byte)'L', (byte)'F'], ContentTypes.Elf),
        new(0, [0xFE, 0xED, 0xFA, 0xCE], ContentTypes.MachO),
        new(0, [0xFE, 0xED, 0xFA, 0xCF], ContentTypes.MachO),
        new(0, [0xCE, 0xFA, 0xED, 0xFE], ContentTypes.MachO),
        new(0, [0xCF, 0xFA, 0xED, 0xFE], ContentTypes.MachO),
        new(0, [0x4C, 0, 0, 0, 0x01, 0x14, 0x02, 0], ContentTypes.WindowsShortcut),
        new(0, [0xE4, 0x52, 0x5C, 0x7B, 0x8C, 0xD8, 0xA7, 0x4D, 0xAE, 0xB1, 0x53, 0x78, 0xD0, 0x29, 0x96, 0xD3], ContentTypes.OneNote),
        new(0, [0xA1, 0x2F, 0xFF, 0x43, 0xD9, 0xEF, 0x76, 0x4C, 0x9E, 0xE2, 0x10, 0xEA, 0x57, 0x22, 0x76, 0x5F], ContentTypes.OneNote), // .onetoc2
        new(0, "FWS"u8.ToArray(), ContentTypes.Flash),
        new(0, "CWS"u8.ToArray(), ContentTypes.Flash),
        new(0, "ZWS"u8.ToArray(), ContentTypes.Flash),
        new(0, [0xFF, 0xD8, 0xFF], "image/jpeg"),
        new(0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        new(0, "GIF87a"u8.ToArray(), "image/gif"),
        new(0, "GIF89a"u8.ToArray(), "image/gif"),
        new(0, [0x49, 0x49, 0x2A, 0x00], "image/tiff"),
        new(0, [0x4D, 0x4D, 0x00, 0x2A], "image/tiff"),
        new(0, [0x00, 0x00, 0x01, 0x00], "image/x-icon"),
        new(0, "8BPS"u8.ToArray(), "image/vnd.adobe.photoshop"),
        new(0, [0xD7, 0xCD, 0xC6, 0x9A], "image/wmf"),
        new(40, " EMF"u8.ToArray(), "image/emf"),
        new(0, [0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20], "image/jp2"),
        new(0, "ID3"u8.ToArray(), "audio/mpeg"),
        new(0, "OggS"u8.ToArray(), "audio/ogg"),
        new(0, "fLaC"u8.ToArray(), "audio/flac"),
        new(0, [0x1A, 0x45, 0xDF, 0xA3], "video/x-matroska"),
        new(0, "wOFF"u8.ToArray(), "font/woff"),
        new(0, "wOF2"u8.ToArray(), "font/woff2"),
        new(0, "OTTO"u8.ToArray(), "font/otf"),
        new(0, "SQLite format 3\0"u8.ToArray(), "application/vnd.sqlite3"),
        new(0, [0x00, 0x01, 0x00, 0x00, 0x00], "font/ttf"),
    ];

    public static string? Detect(ReadOnlySpan<byte> head)
    {
        foreach (Signature s in s_table)
        {
            if (head.Length >= s.Offset + s.Bytes.Length && head.Slice(s.Offset, s.Bytes.Length).SequenceEqual(s.Bytes))
                return s.Type;
        }

        if (head.Length >= 32 && head[0] == 0x30 && Cms(head[..32]) is { } cms)
            return cms;
        if (head.StartsWith("MZ"u8) && Executable(head) is { } executable)
            return executable;
        if (head.StartsWith("BZh"u8) && head.Length >= 10 && head[3] is >= (byte)'1' and <= (byte)'9'
            && (head[4..].StartsWith("1AY&SY"u8) || head[4..].StartsWith((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90])))
            return ContentTypes.Bzip2;
        if (head.Length >= 12 && head.StartsWith("RIFF"u8))
            return head[8..].StartsWith("WEBP"u8) ? "image/webp" : head[8..].StartsWith("WAVE"u8) ? "audio/wav" : "video/x-msvideo";
        if (head.Length >= 12 && head[4..].StartsWith("ftyp"u8))
            return head[8..].StartsWith("heic"u8) || head[8..].StartsWith("mif1"u8) || head[8..].StartsWith("avif"u8) ? "image/heif" : "video/mp4";
        if (head.Length >= 26 && head.StartsWith("BM"u8) && BinaryPrimitives.ReadInt32LittleEndian(head[14..]) is 12 or 40 or 108 or 124)
            return "image/bmp";
        if (head.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(head) == 0xCAFEBABE)
            return BinaryPrimitives.ReadUInt32BigEndian(head[4..]) < 40 ? ContentTypes.MachO : ContentTypes.JavaClass; // fat binary or class
        if (head.Length >= 21 && head[2] == '-' && head[3] == 'l' && head[4] is (byte)'h' or (byte)'z' && head[6] == '-')
            return ContentTypes.Lha;
        if (head.Length >= 34 && head[0] == 0x60 && head[1] == 0xEA && BinaryPrimitives.ReadUInt16LittleEndian(head[2..]) is > 0 and <= 2600)
            return ContentTypes.Arj;
        if (IsTar(head))
            return ContentTypes.Tar;
        if (IsLzma(head))
            return ContentTypes.Lzma;
        if (head.Length >= 29 && head[0] == 0x1A && head[1] is >= 1 and <= 11 && IsArcName(head.Slice(2, 13)))
            return ContentTypes.Arc;
        return Pdf(head);
    }

    // ContentInfo (RFC 5652 3): a sequence that begins with one of these identifiers, the last numbers of PKCS #7 and S/MIME.
    private static string? Cms(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> pkcs7 = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07], smime = [0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01];
        const int SignedData = 2, LongestLength = 6;
        if (head[..(LongestLength + pkcs7.Length)].IndexOf(pkcs7) is var at and >= 0)
            return head[at + pkcs7.Length] == SignedData ? ContentTypes.Cms : ContentTypes.CmsEncrypted;
        return head[..(LongestLength + smime.Length)].IndexOf(smime) >= 0 ? ContentTypes.CmsEncrypted : null;
    }

    // "MZ" opens many an English text, too: what follows must not be text.
    private static string? Executable(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 0x40)
        {
            int at = BinaryPrimitives.ReadInt32LittleEndian(head[0x3C..]);
            if (at > 0 && at <= head.Length - 4 && head[at..].StartsWith("PE\0\0"u8))
                return ContentTypes.PortableExecutable;
        }

        return head[..Math.Min(64, head.Length)].ContainsAnyInRange((byte)0, (byte)8) ? ContentTypes.DosExecutable : null;
    }

    // A PDF reader accepts the header anywhere in the first kilobyte, some anywhere: junk before it is an evasion of
    // signatures at offset 0. Past the first kilobyte there must be objects behind it, so that a text which speaks of PDF
    // stays a text; and mail stays mail.
    private static string? Pdf(ReadOnlySpan<byte> head)
    {
        int at = head.IndexOf("%PDF-"u8);
        if (at < 0)
            return null;
        if (at == 0)
            return ContentTypes.Pdf;
        if (TextTypes.IsMail(head) || TextTypes.IsHtml(head))
            return null;
        return at <= 1024 - 5 || (head[at..].IndexOf(" obj"u8) >= 0 && head[at..].IndexOf("endobj"u8) >= 0) ? ContentTypes.Pdf : null;
    }

    /// <summary>A tar header carries a checksum of itself, which also proves those from before "ustar".</summary>
    private static bool IsTar(ReadOnlySpan<byte> head)
    {
        if (head.Length < 512 || head[0] == 0)
            return false;
        int sum = 0;
        for (int i = 0; i < 512; i++)
            sum += i is >= 148 and < 156 ? ' ' : head[i];
        int stated = 0, digits = 0;
        foreach (byte b in head.Slice(148, 8))
        {
            if (b is >= (byte)'0' and <= (byte)'7')
            {
                stated = stated * 8 + (b - '0');
                digits++;
            }
            else if (digits > 0)
            {
                break;
            }
        }

        return digits > 0 && stated == sum;
    }

    /// <summary>LZMA alone has no signature: properties byte, a dictionary that is a power of two (or the sum of two), a size that is unknown or sane.</summary>
    private static bool IsLzma(ReadOnlySpan<byte> head)
    {
        if (head.Length < 18 || head[0] != 0x5D || head[13] != 0)
            return false;
        uint dictionary = BinaryPrimitives.ReadUInt32LittleEndian(head[1..]);
        long size = BinaryPrimitives.ReadInt64LittleEndian(head[5..]);
        return dictionary >= 4096 && System.Numerics.BitOperations.PopCount(dictionary) <= 2 && size is -1 or > 0 and < 1L << 40;
    }

    private static bool IsArcName(ReadOnlySpan<byte> name)
    {
        int end = name.IndexOf((byte)0);
        return end > 0 && !name[..end].ContainsAnyExceptInRange((byte)0x21, (byte)0x7E);
    }
}
