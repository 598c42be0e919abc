using System.Globalization;
using System.Text;

namespace MailScanBridge;

/// <summary>
/// Makes text from the wire, from archives and from tools safe to print: in a log line, on a terminal, in a verdict's
/// detail. What could end a line, move the cursor, hide text or reverse it is shown as an escape; nothing is dropped silently.
/// </summary>
public static class Printable
{
    /// <summary>Default cap on the result, in characters; longer text is cut and ends in an ellipsis with the original length.</summary>
    public const int DefaultLimit = 200;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    /// <summary>Escapes bytes that claim to be UTF-8; a byte that is not valid there is shown as <c>\xNN</c>.</summary>
    public static string Text(ReadOnlySpan<byte> bytes, int limit = DefaultLimit)
    {
        var result = new StringBuilder(Math.Min(bytes.Length, limit) + 16);
        var rest = bytes;
        while (!rest.IsEmpty && result.Length < limit)
        {
            if (Rune.DecodeFromUtf8(rest, out var rune, out var consumed) == System.Buffers.OperationStatus.Done)
            {
                Append(result, rune);
            }
            else
            {
                foreach (var b in rest[..consumed])
                {
                    result.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
                }
            }

            rest = rest[consumed..];
        }

        return Ended(result, !rest.IsEmpty, bytes.Length, "bytes");
    }

    /// <summary>Escapes text; null gives an empty string.</summary>
    public static string Text(string? text, int limit = DefaultLimit)
    {
        if (text is null)
        {
            return "";
        }

        var result = new StringBuilder(Math.Min(text.Length, limit) + 16);
        var position = 0;
        while (position < text.Length && result.Length < limit)
        {
            if (Rune.TryGetRuneAt(text, position, out var rune))
            {
                Append(result, rune);
                position += rune.Utf16SequenceLength;
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[position]:x4}");
                position++;
            }
        }

        return Ended(result, position < text.Length, text.Length, "characters");
    }

    /// <summary>Text that was escaped before, made safe once more where it was read back from a file: its backslashes stay as they are.</summary>
    public static string Again(string? escaped, int limit = DefaultLimit) => Text(escaped, limit).Replace(@"\\", @"\", StringComparison.Ordinal);

    /// <summary>Bytes as text with each invalid sequence replaced, for places that need the text itself and not a picture of it (file name rules).</summary>
    public static string? Decode(byte[]? bytes) => bytes is null ? null : Utf8.GetString(bytes);

    private static void Append(StringBuilder result, Rune rune)
    {
        switch (rune.Value)
        {
            case '\\':
                result.Append("\\\\");
                return;
            case '\n':
                result.Append("\\n");
                return;
            case '\r':
                result.Append("\\r");
                return;
            case '\t':
                result.Append("\\t");
                return;
        }

        var category = Rune.GetUnicodeCategory(rune);
        var hidden = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
        if (!hidden)
        {
            result.Append(rune.ToString());
        }
        else if (rune.Value < 0x80)
        {
            result.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
        }
        else
        {
            result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }
    }

    private static string Ended(StringBuilder result, bool cut, int length, string unit) =>
        cut ? result.Append(CultureInfo.InvariantCulture, $"... ({length} {unit})").ToString() : result.ToString();
}
