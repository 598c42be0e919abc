using System.Globalization;
using System.Text;

namespace MailScanBridge.Samples.MailPcap.Formats;

/// <summary>Writes a tar (POSIX ustar) with one member.</summary>
internal static class TarFile
{
    private const int Block = 512;

    public static byte[] With(string name, byte[] content)
    {
        var header = new byte[Block];
        Put(0, name);
        Put(100, "0000644");
        Put(108, "0000000");
        Put(116, "0000000");
        Put(124, Octal(content.Length, 11));
        Put(136, Octal(1_772_442_000, 11));
        Put(148, "        ");
        header[156] = (byte)'0';
        Put(257, "ustar\000");
        Put(148, Octal(header.Sum(b => b), 6) + "\0 ");
        int padding = (Block - content.Length % Block) % Block;
        return [.. header, .. content, .. new byte[padding + 2 * Block]];

        void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
    }

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0').ToString(CultureInfo.InvariantCulture);
}
