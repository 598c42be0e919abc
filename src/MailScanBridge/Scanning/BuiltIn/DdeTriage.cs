using System.Text.RegularExpressions;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>Dynamic Data Exchange: fields and formulas that start a program when a document is opened.</summary>
internal static partial class DdeTriage
{
    public static Finding Finding(string detail) => new("Office.Dde", VerdictKind.Suspicious, 70, detail);

    /// <summary>A cell such as <c>=cmd|'/c calc'!A0</c> in a table of text.</summary>
    public static void CheckTable(string text, List<Finding> findings)
    {
        if (Cell().IsMatch(text))
            findings.Add(Finding("a cell that starts a program (DDE)"));
    }

    /// <summary>A field code such as <c>DDEAUTO c:\\windows\\system32\\cmd.exe</c>.</summary>
    public static void CheckField(string code, List<Finding> findings)
    {
        if (Field().IsMatch(code))
            findings.Add(Finding("a field that starts a program (DDE)"));
    }

    [GeneratedRegex(@"(?:^|[,;\t""])[ ]*[=+@-][^,;\t\r\n]*\|[^\r\n]*!", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Cell();

    [GeneratedRegex(@"\bDDE(?:AUTO)?\b\s*\S", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Field();
}
