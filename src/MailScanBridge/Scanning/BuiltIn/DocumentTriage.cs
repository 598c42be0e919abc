using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Types;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>Chooses the checks that need to see a document at once.</summary>
internal static class DocumentTriage
{
    private static readonly HashSet<string> s_scripted =
        [ContentTypes.Html, ContentTypes.HtmlApplication, ContentTypes.Svg, ContentTypes.JavaScript, ContentTypes.ScriptFile];

    /// <summary>True where there are such checks for the item.</summary>
    public static bool Serves(ScanItem item) => item.IsShownAsPage || ServesType(item);

    private static bool ServesType(ScanItem item) => item.Type is ContentTypes.Vba or ContentTypes.VisualBasic or ContentTypes.Xml or ContentTypes.Rtf or ContentTypes.Csv or ContentTypes.Sylk
        || s_scripted.Contains(item.Type) || ContentFamilies.CompoundFiles.Contains(item.Type) || IsTable(item) || IsPackagePart(item);

    public static void Check(ScanItem item, byte[] content, List<Finding> findings, CancellationToken token)
    {
        if (item.IsShownAsPage && !s_scripted.Contains(item.Type))
            HtmlTriage.Check(TextEncodings.Decode(content), findings);
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

        string text = TextEncodings.Decode(content);
        if (item.Type is ContentTypes.Vba or ContentTypes.VisualBasic)
            VbaTriage.Check(text, findings);
        else if (item.Type == ContentTypes.Xml || IsPackagePart(item))
        {
            OfficeXmlTriage.Check(text, findings);
            if (IsPackagePart(item))
                OfficeXmlTriage.CheckEntities(text, findings);
            if (s_scripted.Contains(item.Type))
                HtmlTriage.Check(text, findings);
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

    // Office reads a part as XML whatever it begins with: the declaration may be missing, and a comment looks like a page.
    private static bool IsPackagePart(ScanItem item) =>
        item.Type is ContentTypes.Text or ContentTypes.Html or ContentTypes.Xml && item.Parent is { } package && ContentFamilies.Packages.Contains(package.Type);

    // A table is text that its name sends to a spreadsheet program.
    private static bool IsTable(ScanItem item) =>
        item.Type == ContentTypes.Text && item.Name is { } name
        && (name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".slk", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase));
}
