using System.Text;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Files in a text as uuencode puts them there, as mail programs before MIME did, and some still open.</summary>
internal sealed class UuContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type is ContentTypes.UuEncoded or ContentTypes.Text or ContentTypes.Csv;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        using var reader = new StreamReader(content, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, bufferSize: 4096, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            parts.Token.ThrowIfCancellationRequested();
            if (Begins(line) is { } name)
                parts.Write(name, null, target => Decode(reader, target, parts));
        }
    }

    /// <summary>The name in "begin 644 name"; null for other lines.</summary>
    private static string? Begins(string line) =>
        line.Length > 10 && line.StartsWith("begin ", StringComparison.Ordinal) && line.AsSpan(6, 3).IndexOfAnyExceptInRange('0', '7') < 0 && line[9] == ' '
            ? line[10..].Trim() : null;

    private static void Decode(StreamReader reader, Stream target, PartSink parts)
    {
        Span<byte> bytes = stackalloc byte[64];
        while (reader.ReadLine() is { } line)
        {
            if (line == "end")
                return;
            int length = line.Length == 0 ? 0 : line[0] - ' ' & 0x3F;
            if (line.Length == 0 || line[0] is < ' ' or > '`')
                continue;
            int written = 0;
            for (int at = 1; written < length; at += 4)
            {
                int a = Six(line, at), b = Six(line, at + 1), c = Six(line, at + 2), d = Six(line, at + 3);
                bytes[written++] = (byte)(a << 2 | b >> 4);
                if (written < length)
                    bytes[written++] = (byte)(b << 4 | c >> 2);
                if (written < length)
                    bytes[written++] = (byte)(c << 6 | d);
            }

            target.Write(bytes[..written]);
        }

        parts.Problem(Reasons.Damaged, "uuencoded file without its end");
    }

    // Spaces at the end of a line get lost on the way; they stand for zero.
    private static int Six(string line, int at) => at < line.Length ? line[at] - ' ' & 0x3F : 0;
}
