using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Unpacking;

namespace Fuzz.Targets;

/// <summary>The built-in checks of text: HTML, scripts, XML, tables, SYLK, names. The first byte picks the type.</summary>
internal sealed class TriageTarget : Target
{
    private static readonly string[] s_types =
        [ContentTypes.Html, ContentTypes.Svg, ContentTypes.JavaScript, ContentTypes.Xml, ContentTypes.Csv, ContentTypes.Sylk, ContentTypes.VisualBasic, ContentTypes.Vba];

    public override long BytesForEach => 2048;

    public override IReadOnlyList<byte[]> Tokens => Ascii(
        "<script>", "atob(", "new Blob(", "msSaveOrOpenBlob", "a.download=", "data:text/html;base64,", "<!ENTITY a SYSTEM \"x\">", "<!DOCTYPE", "TargetMode=\"External\"", "attachedTemplate", "w:instrText", "DDEAUTO", "=cmd|'/c calc'!A1", "O;E\n", "C;X1;E",
        "ID;P\n", "Sub AutoOpen()", "Shell", "&#x41;", "<iframe", "javascript:", "\xff\xfe", ".pdf.exe", "\xe2\x80\xae");

    protected override int Run(byte[] input)
    {
        if (input.Length == 0)
            return 0;
        var item = new ScanItem { Type = s_types[input[0] % s_types.Length], Name = System.Text.Encoding.UTF8.GetString(input.AsSpan(0, Math.Min(64, input.Length))), Path = "/", Size = input.Length - 1, Sha256 = "" };
        var findings = new List<Finding>();
        DocumentTriage.Check(item, input[1..], findings, CancellationToken.None);
        NameChecks.Check(item.Name, findings);
        TypeChecks.Check(item, findings);
        Must(findings.Count <= 32, "findings without end");
        Must(findings.TrueForAll(f => f.Score is >= 0 and <= 100), "a score out of range");
        return findings.Aggregate(0, (hash, f) => HashCode.Combine(hash, f.Name, f.Score));
    }
}
