using System.Text.RegularExpressions;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// Weighs macro source as mraptor does (https://github.com/decalage2/oletools/wiki/mraptor): what runs by itself and also
/// writes files or starts programs is what droppers do, and what useful macros seldom do.
/// <list type="table">
/// <item><term>80 Vba.AutoExecute</term><description>runs by itself, and writes or executes</description></item>
/// <item><term>55 Vba.AutoRun</term><description>runs by itself</description></item>
/// </list>
/// </summary>
internal static partial class VbaTriage
{
    public static void Check(string source, List<Finding> findings)
    {
        // A statement may go on over lines that end in " _".
        string code = Continued().Replace(source, " ");
        Match auto = Auto().Match(code);
        if (!auto.Success)
            return;
        Match write = Write().Match(code), execute = Execute().Match(code);
        if (write.Success || execute.Success)
        {
            string does = string.Join(", ", new[] { write, execute }.Where(m => m.Success).Select(m => Short(m.Value)));
            findings.Add(new Finding("Vba.AutoExecute", VerdictKind.Suspicious, 80, $"macro that runs by itself ({auto.Value}) and writes or executes ({does})"));
        }
        else
        {
            findings.Add(new Finding("Vba.AutoRun", VerdictKind.Suspicious, 55, $"macro that runs by itself ({auto.Value})"));
        }
    }

    private static string Short(string value) => value.Length > 40 ? value[..40] : value;

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    [GeneratedRegex(@" _[ \t]*\r?\n", Options)]
    private static partial Regex Continued();

    [GeneratedRegex(@"\b(?:Auto(?:Exec|_?Open|_?Close|Exit|New)|Document(?:_?Open|_Close|_?BeforeClose|Change|_New)|NewDocument"
        + @"|Workbook_(?:Open|Activate|Close|BeforeClose)|Worksheet_Calculate"
        + @"|\w+_(?:Painted|Painting|GotFocus|LostFocus|MouseHover|Layout|Click|Change|Resize|BeforeNavigate2|BeforeScriptExecute|DocumentComplete"
        + @"|DownloadBegin|DownloadComplete|FileDownload|NavigateComplete2|NavigateError|ProgressChange|PropertyChange|SetSecureLockIcon"
        + @"|StatusTextChange|TitleChange|MouseMove|MouseEnter|MouseLeave|OnConnecting))\b", Options)]
    private static partial Regex Auto();

    [GeneratedRegex(@"\b(?:FileCopy|CopyFile|Kill|CreateTextFile|VirtualAlloc|RtlMoveMemory|URLDownloadToFileA?|AltStartupPath|WriteProcessMemory|ADODB\.Stream"
        + @"|WriteText|SaveToFile|SaveAs|SaveAsRTF|FileSaveAs|MkDir|RmDir|SaveSetting|SetAttr)\b|\bOpen\b[^\n]+\b(?:Write|Append|Binary|Output|Random)\b", Options)]
    private static partial Regex Write();

    [GeneratedRegex(@"\b(?:Shell|CreateObject|GetObject|SendKeys|Run|Call|MacScript|FollowHyperlink|CreateThread|ShellExecuteA?|ExecuteExcel4Macro|Exec|Register|SetTimer)\b"
        + @"|\bDeclare\b[^\n]+\bLib\b", Options)]
    private static partial Regex Execute();
}
