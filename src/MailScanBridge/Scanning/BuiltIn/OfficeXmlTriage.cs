using System.Net;
using System.Text.RegularExpressions;
using MailScanBridge.Unpacking.Office;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// XML parts of Office documents, and documents that are one XML file:
/// <list type="table">
/// <item><term>70 Office.Dde</term><description>a field, link or formula that starts a program</description></item>
/// <item><term>60 Office.XmlEntity</term><description>a part that defines entities, which no Office program writes: a bomb, or a file fetched from elsewhere (XXE)</description></item>
/// <item><term>60 Office.RemoteTemplate</term><description>a template, object or frame that is fetched from elsewhere when the document is opened</description></item>
/// <item><term>50 Office.VbaMacro</term><description>macros in a document that is one XML file</description></item>
/// </list>
/// Searched as text, not parsed: entity bombs stay wrapped, and broken XML hides nothing.
/// </summary>
internal static partial class OfficeXmlTriage
{
    public static void Check(string source, List<Finding> findings)
    {
        string xml = XmlText.Plain(source);
        int before = findings.Count;
        foreach (Match relationship in Relationship().Matches(xml))
        {
            string tag = WebUtility.HtmlDecode(relationship.Value);
            if (External().IsMatch(tag) && Fetched().Match(tag) is { Success: true } kind && Target().Match(tag) is { Success: true } target
                && target.Groups[1].Value is { Length: > 0 } address && !address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            {
                findings.Add(new Finding("Office.RemoteTemplate", VerdictKind.Suspicious, 60, $"{kind.Groups[1].Value} from elsewhere: {Short(address)}"));
                break;
            }
        }

        // One field code may be cut into many runs, each in an element of its own.
        string fields = string.Concat(Instruction().Matches(xml).Select(m => m.Groups[1].Value)) + " " + string.Join(' ', Simple().Matches(xml).Select(m => m.Groups["code"].Value));
        DdeTriage.CheckField(WebUtility.HtmlDecode(fields), findings);
        if (findings.Count == before && (Link().IsMatch(xml) || Formula().IsMatch(xml)))
            findings.Add(DdeTriage.Finding("a link or formula that starts a program (DDE)"));
        if (Macros().IsMatch(xml))
            findings.Add(new Finding("Office.VbaMacro", VerdictKind.Suspicious, 50, "macros in a document that is one XML file"));
    }

    /// <summary>Only in a package: pictures and data files that are XML define entities every day.</summary>
    public static void CheckEntities(string xml, List<Finding> findings)
    {
        if (Entity().IsMatch(xml))
            findings.Add(new Finding("Office.XmlEntity", VerdictKind.Suspicious, 60, "a part that defines XML entities"));
    }

    private static string Short(string value) => value.Length > 200 ? value[..200] : value;

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    [GeneratedRegex(@"<(?:[\w.-]+:)?Relationship\s(?:[^>""']|""[^""]*""|'[^']*')*>", Options)]
    private static partial Regex Relationship();

    [GeneratedRegex(@"<!DOCTYPE[^>]*\[\s*<!ENTITY\s", Options)]
    private static partial Regex Entity();

    [GeneratedRegex(@"TargetMode\s*=\s*[""']External", Options)]
    private static partial Regex External();

    [GeneratedRegex(@"\sType\s*=\s*[""'][^""']*/(attachedTemplate|oleObject|frame|subDocument|externalLink|control|aFChunk)[""']", Options)]
    private static partial Regex Fetched();

    [GeneratedRegex(@"\sTarget\s*=\s*[""']([^""']*)", Options)]
    private static partial Regex Target();

    [GeneratedRegex(@"<(?:[\w.-]+:)?instrText(?:\s[^<>]*)?>([^<]*)<", Options)]
    private static partial Regex Instruction();

    [GeneratedRegex(@"\s(?:[\w.-]+:)?instr\s*=\s*(?:""(?<code>[^""]*)""|'(?<code>[^']*)')", Options)]
    private static partial Regex Simple();

    [GeneratedRegex(@"<(?:[\w.-]+:)?ddeLink\s", Options)]
    private static partial Regex Link();

    [GeneratedRegex(@"Formula\s*=\s*""=[^""|]*\|[^""]*!", Options)]
    private static partial Regex Formula();

    [GeneratedRegex(@"\s(?:[\w.-]+:)?macrosPresent\s*=\s*[""']yes|<(?:[\w.-]+:)?part\s[^>]*vbaProject\.bin", Options)]
    private static partial Regex Macros();
}
