using System.Globalization;
using System.Text;

namespace MailScanBridge.Zeek;

/// <summary>One event as a line of a recording.</summary>
internal static class RecordingLine
{
    // What is recorded has been received already; only its form matters here.
    private static readonly ZeekWireLimits AnySize = new() { MaxBytes = int.MaxValue, MaxValues = int.MaxValue };

    public static string Format(DateTimeOffset at, ZeekRawEvent e)
    {
        var mark = IsWhole(e.Payload.Span) ? "" : "#broken\t";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{mark}{ZeekValue.FromTime(at).AsTimeNanoseconds()}\t{Escape(e.Topic)}\t{Escape(e.Sender)}\t{ZeekWire.Serializer}\t{Convert.ToHexStringLower(e.Payload.Span)}\n");
    }

    public static ZeekRecordedEvent Parse(string line, ZeekWireLimits limits)
    {
        var columns = line.Split('\t');
        if (columns.Length < 5 || columns[3] != ZeekWire.Serializer)
            throw new FormatException("It has not five columns, or not the serializer " + ZeekWire.Serializer + ".");
        var at = ZeekValue.FromTimeNanoseconds(long.Parse(columns[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)).AsTime();
        if (columns[4].Length / 2 > limits.MaxBytes)
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Its payload has {columns[4].Length / 2} bytes, more than the limit of {limits.MaxBytes}."));
        var payload = Convert.FromHexString(columns[4]);
        CheckWhole(payload, limits);
        return new ZeekRecordedEvent(at, new ZeekRawEvent(Unescape(columns[1]), Unescape(columns[2]), payload, 0, limits));
    }

    private static bool IsWhole(ReadOnlySpan<byte> payload)
    {
        try
        {
            CheckWhole(payload, AnySize);
            return true;
        }
        catch (ZeekWireException)
        {
            return false;
        }
    }

    private static void CheckWhole(ReadOnlySpan<byte> payload, ZeekWireLimits limits)
    {
        var reader = new ZeekReader(payload, limits);
        reader.Skip();
        reader.ReadEnd();
    }

    // A recording is looked at on terminals, and topics may be a stranger's: nothing but plain ASCII stands for itself.
    private static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%', StringComparison.Ordinal))
            return text;
        var escaped = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
                escaped.Append((char)b);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"%{b:x2}");
        }

        return escaped.ToString();
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            // A percent sign that no two hex digits follow stands for itself.
            if (bytes[i] == '%' && i + 2 < bytes.Length && byte.TryParse(bytes.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var b))
            {
                bytes[length++] = b;
                i += 2;
            }
            else
            {
                bytes[length++] = bytes[i];
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
