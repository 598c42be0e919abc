using System.Text;

namespace MailScanBridge.Unpacking.Types;

/// <summary>Text in the encodings that browsers, Office and XML readers take: UTF-16 of either byte order, with its mark or without, else bytes.</summary>
internal static class TextEncodings
{
    // How much is looked at to tell UTF-16 without a mark, in bytes.
    private const int Window = 16 * 1024;

    /// <summary>The whole text, its mark left out. What is not UTF-16 comes as Latin-1, so that each byte is one character.</summary>
    public static string Decode(ReadOnlySpan<byte> content) => Utf16(content, out int mark) is { } encoding ? encoding.GetString(content[mark..]) : Encoding.Latin1.GetString(content);

    /// <summary>Which UTF-16 it is; null for none.</summary>
    /// <param name="content">The text, or its start.</param>
    /// <param name="mark">Length of the byte order mark.</param>
    public static Encoding? Utf16(ReadOnlySpan<byte> content, out int mark)
    {
        mark = 2;
        if (content.Length >= 4 && content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
            return Encoding.Unicode;
        if (content.Length >= 4 && content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return Encoding.BigEndianUnicode;
        mark = 0;
        if (content.Length < 32)
            return null;

        // Without a mark: every other byte is zero.
        ReadOnlySpan<byte> window = content[..Math.Min(Window, content.Length)];
        double even = ZeroShare(window, 0), odd = ZeroShare(window, 1);
        return odd > 0.9 && even < 0.1 ? Encoding.Unicode : even > 0.9 && odd < 0.1 ? Encoding.BigEndianUnicode : null;
    }

    private static double ZeroShare(ReadOnlySpan<byte> window, int start)
    {
        int zeros = 0, count = 0;
        for (int i = start; i < window.Length; i += 2, count++)
            zeros += window[i] == 0 ? 1 : 0;
        return count == 0 ? 0 : (double)zeros / count;
    }
}
