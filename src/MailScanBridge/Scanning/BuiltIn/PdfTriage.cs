namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// Weighs the keywords of a PDF. One keyword is no evidence: half of the PDFs in the world open at a set page
/// (/OpenAction) and many forms hold scripts. What counts is a combination:
/// <list type="table">
/// <item><term>80 Pdf.EscapedNames</term><description>a name that starts something, written with #xx escapes</description></item>
/// <item><term>70 Pdf.Launch</term><description>/Launch: starts a program</description></item>
/// <item><term>70 Pdf.AutoEmbeddedFile</term><description>/EmbeddedFile, with a script that runs by itself</description></item>
/// <item><term>60 Pdf.AutoScript</term><description>/JS or /JavaScript, with /OpenAction or /AA: a script that runs by itself</description></item>
/// <item><term>50 Pdf.ScriptedMedia</term><description>/RichMedia, with a script</description></item>
/// <item><term>40 Pdf.ScriptedForm</term><description>/XFA, with a script</description></item>
/// </list>
/// </summary>
internal static class PdfTriage
{
    private static readonly string[] s_starters =
        ["/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch", "/EmbeddedFile", "/RichMedia", "/JBIG2Decode", "/XFA", "/AcroForm", "/ObjStm", "/Encrypt"];

    public static void Weigh(PdfKeywords words, List<Finding> findings)
    {
        bool script = words.Count("/JS") + words.Count("/JavaScript") > 0;
        bool byItself = words.Count("/OpenAction") + words.Count("/AA") > 0;

        List<string> escaped = [.. s_starters.Where(w => words.Escaped(w) > 0)];
        if (escaped.Count > 0)
            Add("Pdf.EscapedNames", 80, $"names written with #xx escapes: {string.Join(", ", escaped)}");
        if (words.Count("/Launch") > 0)
            Add("Pdf.Launch", 70, "/Launch: starts a program");
        if (words.Count("/EmbeddedFile") > 0 && script && byItself)
            Add("Pdf.AutoEmbeddedFile", 70, "/EmbeddedFile, with a script that runs by itself");
        if (script && byItself)
            Add("Pdf.AutoScript", 60, "a script that runs by itself: /JS or /JavaScript with /OpenAction or /AA");
        if (script && words.Count("/RichMedia") > 0)
            Add("Pdf.ScriptedMedia", 50, "/RichMedia with a script");
        if (script && words.Count("/XFA") > 0)
            Add("Pdf.ScriptedForm", 40, "/XFA with a script");

        void Add(string name, int score, string detail) => findings.Add(new Finding(name, VerdictKind.Suspicious, score, detail));
    }
}
