using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Unpacking.Office;

/// <summary>One object of an RTF.</summary>
/// <param name="ClassName">What it says it is, such as Package or Equation.3; null where its header is broken.</param>
/// <param name="Content">Its native data, as long as it says it is; all of its bytes where the header is broken.</param>
/// <param name="Rest">Its native data and all that follows, for contents that state their own size: sizes lie.</param>
internal sealed record RtfObject(string? ClassName, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Rest);

/// <summary>
/// Takes the objects out of an RTF (1.9.1, \objdata): hex digits, read as Word reads them, which skips white space, control
/// words and groups that it is told to ignore, all of which are used to hide the digits from scanners.
/// </summary>
internal static class RtfObjects
{
    public static List<RtfObject> Read(ReadOnlySpan<byte> rtf, CancellationToken token)
    {
        var objects = new List<RtfObject>();
        ReadOnlySpan<byte> marker = "\\objdata"u8;
        int at = 0;
        while (rtf[at..].IndexOf(marker) is var next and >= 0)
        {
            token.ThrowIfCancellationRequested();
            at += next + marker.Length;
            byte[] data = Hex(rtf, ref at);
            if (data.Length > 0)
                objects.Add(Parse(data));
        }

        return objects;
    }

    // ObjectHeader and EmbeddedObject of OLE 1 ([MS-OLEDS] 2.2.4, 2.2.5).
    private static RtfObject Parse(ReadOnlyMemory<byte> data)
    {
        ReadOnlySpan<byte> bytes = data.Span;
        int at = 8;
        string? className = Prefixed(bytes, ref at);
        if (className is null || Prefixed(bytes, ref at) is null || Prefixed(bytes, ref at) is null || at + 4 > bytes.Length)
            return new RtfObject(null, data, data);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        at += 4;
        return new RtfObject(className, data.Slice(at, (int)Math.Min(size, bytes.Length - at)), data[at..]);
    }

    private static string? Prefixed(ReadOnlySpan<byte> bytes, ref int at)
    {
        const int Longest = 1024;
        if (at + 4 > bytes.Length)
            return null;
        long length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        at += 4;
        if (length > Math.Min(Longest, bytes.Length - at))
            return null;
        string text = Encoding.Latin1.GetString(bytes.Slice(at, (int)length)).TrimEnd('\0');
        at += (int)length;
        return text;
    }

    private static byte[] Hex(ReadOnlySpan<byte> rtf, ref int at)
    {
        var bytes = new List<byte>();
        int depth = 0, high = -1, ignored = -1;
        while (at < rtf.Length)
        {
            byte b = rtf[at++];
            switch (b)
            {
                case (byte)'{':
                    depth++;
                    if (ignored < 0 && rtf[at..].StartsWith("\\*"u8))
                        ignored = depth;
                    break;
                case (byte)'}':
                    if (ignored == depth)
                        ignored = -1;
                    if (--depth < 0)
                        return [.. bytes];
                    break;
                case (byte)'\\':
                    Control(rtf, ref at, bytes, ignored >= 0);
                    break;
                default:
                    if (ignored >= 0 || !char.IsAsciiHexDigit((char)b))
                        break;
                    int digit = char.IsAsciiDigit((char)b) ? b - '0' : (b | 0x20) - 'a' + 10;
                    if (high < 0)
                    {
                        high = digit;
                    }
                    else
                    {
                        bytes.Add((byte)(high << 4 | digit));
                        high = -1;
                    }

                    break;
            }
        }

        return [.. bytes];
    }

    // A control word is skipped with its number; \bin carries that many raw bytes behind it.
    private static void Control(ReadOnlySpan<byte> rtf, ref int at, List<byte> bytes, bool ignored)
    {
        int start = at;
        while (at < rtf.Length && char.IsAsciiLetter((char)rtf[at]))
            at++;
        ReadOnlySpan<byte> word = rtf[start..at];
        if (word.IsEmpty)
        {
            // \'xx counts as its two digits for a character, which object data has no use for; any other symbol is one byte.
            at = Math.Min(rtf.Length, at + (at < rtf.Length && rtf[at] == '\'' ? 3 : 1));
            return;
        }

        int number = at;
        while (at < rtf.Length && (char.IsAsciiDigit((char)rtf[at]) || (at == number && rtf[at] == '-')))
            at++;
        bool numbered = int.TryParse(Encoding.ASCII.GetString(rtf[number..at]), System.Globalization.NumberStyles.AllowLeadingSign, null, out int value);
        if (at < rtf.Length && rtf[at] == ' ')
            at++;
        if (!word.SequenceEqual("bin"u8) || !numbered || value <= 0)
            return;
        int length = Math.Min(value, rtf.Length - at);
        if (!ignored)
            bytes.AddRange(rtf.Slice(at, length));
        at += length;
    }
}
