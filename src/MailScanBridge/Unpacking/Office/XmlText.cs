using System.Text;

namespace MailScanBridge.Unpacking.Office;

/// <summary>Markup as a reader of XML sees it, without being parsed: entity bombs stay wrapped, and broken XML hides nothing.</summary>
internal static class XmlText
{
    private static readonly (string Start, string End, bool KeepsText)[] s_sections =
        [("<!--", "-->", false), ("<![CDATA[", "]]>", true), ("<?", "?>", false)];

    /// <summary>
    /// The text with comments and processing instructions left out and CDATA sections unwrapped: each of them can stand in the middle of a
    /// word. One without its end is left as it is, with all that follows.
    /// </summary>
    public static string Plain(string xml)
    {
        var plain = new StringBuilder(xml.Length);
        int at = 0, kept = 0;
        while (xml.IndexOf('<', at) is var next and >= 0)
        {
            at = next + 1;
            foreach ((string start, string end, bool keepsText) in s_sections)
            {
                if (string.CompareOrdinal(xml, next, start, 0, start.Length) != 0)
                    continue;
                int to = xml.IndexOf(end, next + start.Length, StringComparison.Ordinal);
                if (to < 0)
                    return plain.Append(xml, kept, xml.Length - kept).ToString();
                plain.Append(xml, kept, next - kept);
                if (keepsText) // as text it must not look like a tag
                    plain.Append(xml.AsSpan(next + start.Length, to - next - start.Length).ToString().Replace("<", "&lt;", StringComparison.Ordinal));
                at = kept = to + end.Length;
                break;
            }
        }

        return plain.Append(xml, kept, xml.Length - kept).ToString();
    }
}
