using System.Text;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>Chooses the checks that need to see a document at once.</summary>
internal static class DocumentTriage
{
    private static readonly HashSet<string> s_scripted =
        [ContentTypes.Html, ContentTypes.HtmlApplication, ContentTypes.Svg, ContentTypes.JavaScript, ContentTypes.ScriptFile];

    /// <summary>True where there are such checks for the item.</summary>
    public static bool Serves(ScanItem item) => item.IsShownAsPage || ServesType(item);

    private static bool ServesType(ScanItem item) => item.Type is ContentTypes.Vba or ContentTypes.VisualBasic or ContentTypes.Xml or ContentTypes.Rtf or ContentTypes.Csv or ContentTypes.Sylk
        || s_scripted.Contains(item.Type) || ContentFamilies.CompoundFiles.Contains(item.Type) || IsTable(item);

    public static void Check(ScanItem item, byte[] content, List<Finding> findings, CancellationToken token)
    {
        if (item.IsShownAsPage && !s_scripted.Contains(item.Type))
            HtmlTriage.Check(Decode(content), findings);
        if (!ServesType(item))
            return;
        if (ContentFamilies.CompoundFiles.Contains(item.Type))
        {
            CompoundTriage.Check(item.Type, content, findings);
            return;
        }

        if (item.Type == ContentTypes.Rtf)
        {
            RtfTriage.Check(content, findings, token);
            return;
        }

        string text = Decode(content);
        if (item.Type is ContentTypes.Vba or ContentTypes.VisualBasic)
            VbaTriage.Check(text, findings);
        else if (item.Type == ContentTypes.Xml)
        {
            OfficeXmlTriage.Check(text, findings);
            if (item.Parent is { } package && ContentFamilies.Packages.Contains(package.Type))
                OfficeXmlTriage.CheckEntities(text, findings);
        }
        else if (item.Type == ContentTypes.Sylk)
        {
            SylkTriage.Check(text, findings);
        }
        else if (s_scripted.Contains(item.Type))
            HtmlTriage.Check(text, findings);
        else
            DdeTriage.CheckTable(text, findings);
    }

    // A table is text that its name sends to a spreadsheet program.
    private static bool IsTable(ScanItem item) =>
        item.Type == ContentTypes.Text && item.Name is { } name
        && (name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".slk", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase));

    private static string Decode(ReadOnlySpan<byte> content) =>
        content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(content[2..])
        : content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode.GetString(content[2..])
        : Encoding.Latin1.GetString(content);
}
