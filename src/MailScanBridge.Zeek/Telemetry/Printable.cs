using System.Text;

namespace MailScanBridge.Zeek.Telemetry;

/// <summary>Bytes from the wire as they may stand in a log line.</summary>
internal static class Printable
{
    private const int MaxBytes = 200;

    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        ZeekValueFormat.AppendEscaped(text, bytes[..Math.Min(bytes.Length, MaxBytes)]);
        return text.ToString();
    }
}
