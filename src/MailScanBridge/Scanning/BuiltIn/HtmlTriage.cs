using System.Text.RegularExpressions;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// Pages that make a file in the browser, where no gateway sees it pass ("HTML smuggling"), and pages that are programs:
/// <list type="table">
/// <item><term>70 Html.Smuggling</term><description>a script that decodes data, makes a file of it and saves it</description></item>
/// <item><term>60 Html.Program</term><description>a page that asks for more than a browser gives (HTA, ActiveX, WScript)</description></item>
/// <item><term>30 Svg.Script</term><description>a picture with a script in it</description></item>
/// </list>
/// </summary>
internal static partial class HtmlTriage
{
    public static void Check(string page, List<Finding> findings)
    {
        bool decodes = Decodes().IsMatch(page), makes = Makes().IsMatch(page), saves = Saves().IsMatch(page);
        if (makes && (saves || decodes))
            findings.Add(new Finding("Html.Smuggling", VerdictKind.Suspicious, 70, "a script that makes a file in the browser and saves it"));
        if (Program().IsMatch(page))
            findings.Add(new Finding("Html.Program", VerdictKind.Suspicious, 60, "a page that asks for more than a browser gives"));
        if (page.Contains("<svg", StringComparison.OrdinalIgnoreCase) && !page.Contains("<html", StringComparison.OrdinalIgnoreCase)
            && page.Contains("<script", StringComparison.OrdinalIgnoreCase))
            findings.Add(new Finding("Svg.Script", VerdictKind.Suspicious, 30, "a picture with a script in it"));
    }

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    [GeneratedRegex(@"\batob\s*\(|fromCharCode|charCodeAt|Uint8Array|unescape\s*\(|decodeURIComponent", Options)]
    private static partial Regex Decodes();

    [GeneratedRegex(@"new\s+Blob\s*\(|new\s+File\s*\(|createObjectURL|msSaveBlob|msSaveOrOpenBlob", Options)]
    private static partial Regex Makes();

    [GeneratedRegex(@"\.download\b|\bdownload\s*=|setAttribute\s*\(\s*[""']download|msSaveBlob|msSaveOrOpenBlob|\.click\s*\(", Options)]
    private static partial Regex Saves();

    [GeneratedRegex(@"<hta:application|new\s+ActiveXObject\s*\(|WScript\.Shell|CreateObject\s*\(", Options)]
    private static partial Regex Program();
}
