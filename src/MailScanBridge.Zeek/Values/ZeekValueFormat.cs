using System.Globalization;
using System.Text;

namespace MailScanBridge.Zeek;

/// <summary>Values as text for people: strings quoted, everything but printable ASCII escaped, long values cut.</summary>
internal static class ZeekValueFormat
{
    // Enough to recognise a value in a log line or a debugger; a message can be 16 MiB.
    private const int MaxLength = 2048;

    public static string Format(in ZeekValue value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, in ZeekValue value)
    {
        if (text.Length > MaxLength)
            return;
        switch (value.Kind)
        {
            case ZeekKind.None:
                text.Append('-');
                break;
            case ZeekKind.Boolean:
                text.Append(value.AsBool() ? 'T' : 'F');
                break;
            case ZeekKind.Count:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsCount()}");
                break;
            case ZeekKind.Integer:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsInteger()}");
                break;
            case ZeekKind.Real:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsReal():R}");
                break;
            case ZeekKind.String:
                AppendEscaped(text.Append('"'), value.BytesUnchecked);
                text.Append('"');
                break;
            case ZeekKind.Enum:
                AppendEscaped(text, value.BytesUnchecked);
                break;
            case ZeekKind.Address:
                text.Append(value.AsAddress());
                break;
            case ZeekKind.Subnet:
                text.Append(value.AsSubnet());
                break;
            case ZeekKind.Port:
                text.Append(value.AsPort());
                break;
            case ZeekKind.Time:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsTime():yyyy-MM-ddTHH:mm:ss.fffffffZ}");
                break;
            case ZeekKind.Interval:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsIntervalNanoseconds() / 1e9:R}s");
                break;
            case ZeekKind.Set:
                AppendItems(text, value.ItemsUnchecked, '{', '}', pairs: false);
                break;
            case ZeekKind.Table:
                AppendItems(text, value.ItemsUnchecked, '{', '}', pairs: true);
                break;
            default:
                AppendItems(text, value.ItemsUnchecked, '[', ']', pairs: false);
                break;
        }
    }

    private static void AppendItems(StringBuilder text, ReadOnlySpan<ZeekValue> items, char open, char close, bool pairs)
    {
        text.Append(open);
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0)
                text.Append(pairs && i % 2 == 1 ? " = " : ", ");
            if (text.Length > MaxLength)
            {
                text.Append("...");
                break;
            }

            Append(text, items[i]);
        }

        text.Append(close);
    }

    internal static void AppendEscaped(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (text.Length > MaxLength)
            {
                text.Append("...");
                break;
            }

            if (b is >= 0x20 and < 0x7f and not (byte)'"' and not (byte)'\\')
                text.Append((char)b);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }
    }
}
