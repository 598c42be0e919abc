using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Unpacking.Office;

/// <summary>A file packed into a document by Windows' Object Packager: the content of a stream named Ole10Native.</summary>
/// <param name="Name">The file's name, or else the path it came from. Hostile.</param>
/// <param name="Content">The file.</param>
internal sealed record OlePackage(string Name, ReadOnlyMemory<byte> Content)
{
    /// <summary>
    /// Reads it; null for other native data (a picture, an equation). The layout is not in any specification; it is that of
    /// [MS-OLEDS] 2.3.6 with what Packager puts inside: type, name, path, two numbers, temporary path, size, content.
    /// </summary>
    /// <param name="native">The data.</param>
    /// <param name="sized">True where a size of the whole stands in front, as it does in Ole10Native.</param>
    public static OlePackage? Read(ReadOnlyMemory<byte> native, bool sized)
    {
        ReadOnlySpan<byte> bytes = native.Span;
        int at = sized ? 4 : 0;
        if (bytes.Length < at + 2)
            return null;
        at += 2;
        if (!Text(bytes, ref at, out string name) || !Text(bytes, ref at, out string path))
            return null;
        at += 8;
        if (!Text(bytes, ref at, out _) || at + 4 > bytes.Length)
            return null;
        long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        at += 4;
        return new OlePackage(name.Length > 0 ? name : path, native.Slice(at, (int)Math.Min(size, bytes.Length - at)));
    }

    private static bool Text(ReadOnlySpan<byte> bytes, ref int at, out string text)
    {
        const int Longest = 4096;
        text = "";
        if (at >= bytes.Length)
            return false;
        int end = bytes[at..].IndexOf((byte)0);
        if (end is < 0 or > Longest)
            return false;
        text = Encoding.Latin1.GetString(bytes.Slice(at, end));
        at += end + 1;
        return true;
    }
}
