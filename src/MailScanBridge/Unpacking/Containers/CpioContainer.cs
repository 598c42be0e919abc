using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>cpio in its three forms: binary of either byte order, octal characters, hexadecimal characters.</summary>
internal sealed class CpioContainer : IContainer
{
    private const string Trailer = "TRAILER!!!";
    private const int LongestName = 65_536;

    private readonly record struct Header(int Length, long NameLength, long Size, int Alignment);

    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Cpio;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        long at = 0;
        while (true)
        {
            parts.Token.ThrowIfCancellationRequested();
            Header header = ReadHeader(content, at);
            if (header.NameLength is <= 0 or > LongestName || header.Size < 0)
                throw new InvalidDataException("cpio header out of range");
            var nameBytes = new byte[header.NameLength];
            if (!ZipHeaders.ReadAt(content, at + header.Length, nameBytes))
                throw new InvalidDataException("cpio name cut short");
            string name = Encoding.Latin1.GetString(nameBytes).TrimEnd('\0');
            if (name == Trailer)
                return;
            long data = Align(at, header.Length + header.NameLength, header.Alignment);
            if (data + header.Size > content.Length)
                parts.Problem(Reasons.Damaged, $"{name}: ends past the end of the file");
            if (header.Size > 0)
                parts.Read(name, null, () => new SliceStream(content, data, header.Size, parts.Token));
            at = Align(data, header.Size, header.Alignment);
        }
    }

    private static Header ReadHeader(Stream content, long at)
    {
        var bytes = new byte[110];
        int read = (int)Math.Min(bytes.Length, Math.Max(0, content.Length - at));
        if (read < 26 || !ZipHeaders.ReadAt(content, at, bytes.AsSpan(0, read)))
            throw new InvalidDataException("cpio ends without its trailer");
        if (bytes.AsSpan().StartsWith("07070"u8) && bytes[5] is (byte)'1' or (byte)'2')
            return new Header(110, Number(bytes, 94, 8, 16), Number(bytes, 54, 8, 16), 4);
        if (bytes.AsSpan().StartsWith("070707"u8))
            return new Header(76, Number(bytes, 59, 6, 8), Number(bytes, 65, 11, 8), 1);
        bool little = BinaryPrimitives.ReadUInt16LittleEndian(bytes) == 0x71C7;
        if (!little && BinaryPrimitives.ReadUInt16BigEndian(bytes) != 0x71C7)
            throw new InvalidDataException("not a cpio header");
        ushort Word(int offset) => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(offset)) : BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(offset));
        // Sizes are two words, the upper one first, whatever the byte order.
        return new Header(26, Word(20), (long)Word(22) << 16 | Word(24), 2);
    }

    private static long Number(byte[] header, int offset, int length, int radix)
    {
        string digits = Encoding.ASCII.GetString(header, offset, length);
        long value = 0;
        foreach (char c in digits)
        {
            if (!int.TryParse(c.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int digit) || digit >= radix)
                throw new InvalidDataException("cpio header with a character that is no digit");
            value = value * radix + digit;
        }

        return value;
    }

    private static long Align(long start, long length, int alignment) => start + (start + length + alignment - 1) / alignment * alignment - start;
}
