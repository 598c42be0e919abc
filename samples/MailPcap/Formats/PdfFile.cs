using System.Text;

namespace MailScanBridge.Samples.MailPcap.Formats;

/// <summary>Writes a small PDF (ISO 32000-1) with a correct cross-reference table.</summary>
internal static class PdfFile
{
    /// <summary>One page with one line of text.</summary>
    /// <param name="text">The line; no brackets.</param>
    /// <param name="catalog">More entries of the catalog, or nothing.</param>
    /// <param name="more">More objects; they are numbered from 6 on.</param>
    public static byte[] Page(string text, string catalog = "", params byte[][] more)
    {
        byte[][] objects =
        [
            Ascii($"<< /Type /Catalog /Pages 2 0 R {catalog}>>"),
            Ascii("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
            Ascii("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"),
            Stream("", Ascii($"BT /F1 14 Tf 72 770 Td ({text}) Tj ET")),
            Ascii("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
            .. more,
        ];

        using var file = new MemoryStream();
        file.Write("%PDF-1.5\n%\u00e2\u00e3\u00cf\u00d3\n"u8);
        var offsets = new List<long>();
        for (int i = 0; i < objects.Length; i++)
        {
            offsets.Add(file.Length);
            file.Write(Ascii($"{i + 1} 0 obj\n"));
            file.Write(objects[i]);
            file.Write("\nendobj\n"u8);
        }

        long table = file.Length;
        file.Write(Ascii($"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n"));
        foreach (long offset in offsets)
            file.Write(Ascii($"{offset:D10} 00000 n \n"));
        file.Write(Ascii($"trailer\n<< /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
        return file.ToArray();
    }

    /// <summary>A stream object, compressed.</summary>
    /// <param name="entries">Entries of its dictionary besides length and filter.</param>
    /// <param name="content">Its content before compression.</param>
    public static byte[] Stream(string entries, byte[] content)
    {
        byte[] packed = Deflate.Zlib(content);
        return [.. Ascii($"<< {entries}/Length {packed.Length} /Filter /FlateDecode >>\nstream\n"), .. packed, .. "\nendstream"u8];
    }

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
