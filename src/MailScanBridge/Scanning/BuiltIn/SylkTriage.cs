using System.Text.RegularExpressions;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// SYLK, a spreadsheet as lines of text that Excel opens without its protected view:
/// <list type="table">
/// <item><term>65 Office.Excel4Macro</term><description>an option record that makes the sheet a macro sheet (<c>O;E</c>)</description></item>
/// <item><term>70 Office.Dde</term><description>a cell whose expression starts a program</description></item>
/// </list>
/// </summary>
internal static partial class SylkTriage
{
    public static void Check(string text, List<Finding> findings)
    {
        if (MacroSheet().IsMatch(text))
            findings.Add(new Finding("Office.Excel4Macro", VerdictKind.Suspicious, 65, "a macro sheet"));
        if (Dde().IsMatch(text))
            findings.Add(DdeTriage.Finding("a cell that starts a program (DDE)"));
    }

    private const RegexOptions Options = RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    [GeneratedRegex(@"^O;(?:[^\r\n]*;)?E(?:;|\r?$)", Options)]
    private static partial Regex MacroSheet();

    [GeneratedRegex(@"^C;[^\r\n]*;E[^\r\n;|]*\|[^\r\n]*!", Options)]
    private static partial Regex Dde();
}
