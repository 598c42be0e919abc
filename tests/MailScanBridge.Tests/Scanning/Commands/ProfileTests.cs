using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>The built-in profiles against what the tools print, as recorded from pdfid 0.2.10, pdf-parser 0.7.14, oletools 0.60.3, ClamAV 1.4.6, ssdeep 2.14.1 and file 5.44.</summary>
public sealed class ProfileTests
{
    private const string PdfId = "PDFiD 0.2.10 /s/sample\n PDF Header: %PDF-1.1\n obj                    7\n endobj                 7\n /Page                  1\n";

    private const string OleVba =
        """
        [
              { "script_name": "olevba", "version": "0.60.3", "python_version": [3, 11, 2], "url": "http://decalage.info/python/oletools", "type": "MetaInformation" }
        ,     { "container": null, "file": "/s/sample", "json_conversion_successful": true, "analysis": [ANALYSIS], "code_deobfuscated": null, "type": "OpenXML",
                "macros": [{ "vba_filename": "ThisDocument.cls", "subfilename": "word/vbaProject.bin", "ole_stream": "VBA/ThisDocument", "code": null }] }
        ]
        """;

    private const string MacroRaptor = "MacroRaptor 0.56.2 - http://decalage.info/python/oletools\n----------+-----+----+------\nResult    |Flags|Type|File\n----------+-----+----+------\n";
    private const string RtfObj = "rtfobj 0.60.1 on Python 3.11.2 - http://decalage.info/python/oletools\nTHIS IS WORK IN PROGRESS\n\n=====\nFile: '/s/sample' - size: 365 bytes\n---+----------+----\n";

    [Fact]
    public void Pdfid_flags_keywords_as_notes_and_escaped_ones_as_suspicious()
    {
        Assert.Empty(Read("pdfid", 0, PdfId).Findings);
        Assert.Equal([("Pdf.Keyword", VerdictKind.Clean, "/OpenAction            1")], Findings("pdfid", 0, PdfId + " /OpenAction            1\n /JS                    0\n\n"));
        Assert.Equal(
            [("Pdf.Keyword", VerdictKind.Clean, "/JS                    1(1)"), ("Pdf.EscapedKeyword", VerdictKind.Suspicious, "/JS                    1(1)"), ("Pdf.Keyword", VerdictKind.Clean, "/Launch                1"), ("Pdf.Launch", VerdictKind.Suspicious, "/Launch                1")],
            Findings("pdfid", 0, PdfId + " /JS                    1(1)\n /Launch                1\n\n"));
    }

    [Theory]
    [InlineData("PDFiD 0.2.10 /s/sample\n Not a PDF document\n\n")]
    [InlineData("Error opening file /s/sample\n[Errno 2] No such file or directory: '/s/sample'\n")]
    [InlineData("***Error occured***\nTraceback (most recent call last):\n")]
    [InlineData("")]
    public void Pdfid_ends_with_0_whatever_happens_and_only_a_header_proves_a_scan(string output) => AssertFailed(Read("pdfid", 0, output), Reasons.ToolDown);

    [Fact]
    public void Pdf_parser_gives_the_scripts_as_notes()
    {
        Assert.Equal([("Pdf.ScriptText", VerdictKind.Clean, "'(app.alert\\\\(1\\\\))'")], Findings("pdf-parser", 0, "  /JS '(app.alert\\\\(1\\\\))'\n"));
        Assert.Empty(Read("pdf-parser", 0, "").Findings);
        AssertFailed(Read("pdf-parser", 0, "Error opening file /s/sample\n"), Reasons.ToolDown);
        AssertFailed(Read("pdf-parser", 1, "", "Traceback (most recent call last):\nAttributeError: 'error' object has no attribute 'message'\n"), Reasons.ToolDown);
    }

    [Fact]
    public void Olevba_is_suspicious_only_of_what_runs_by_itself_and_does_something()
    {
        const string Auto = """{ "type": "AutoExec", "keyword": "AutoOpen", "description": "Runs when the Word document is opened" }""";
        const string Does = """{ "type": "Suspicious", "keyword": "Shell", "description": "May run an executable file or a system command" }""";
        const string Ioc = """{ "type": "IOC", "keyword": "http://evil.invalid/a.exe", "description": "URL" }""";

        Assert.Empty(Read("olevba", 0, OleVba.Replace("ANALYSIS", "", StringComparison.Ordinal)).Findings);
        Assert.Empty(Read("olevba", 0, OleVba.Replace("ANALYSIS", Auto, StringComparison.Ordinal)).Findings);
        Assert.Equal(
            [("Vba.AutoRun", VerdictKind.Suspicious, "May run an executable file or a system command"), ("Vba.Indicator", VerdictKind.Clean, "http://evil.invalid/a.exe")],
            Findings("olevba", 0, OleVba.Replace("ANALYSIS", $"{Auto},{Does},{Ioc}", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(9, """[{"type":"MetaInformation"},{"type":"msg","level":"ERROR","msg":"Given passwords could not decrypt office file"}]""", Reasons.Encrypted)]
    [InlineData(5, """[{"type":"MetaInformation"}]""", Reasons.Unsupported)]
    [InlineData(3, """[{"file":"/s/sample","type":"error","error":"PathNotFoundException"}]""", Reasons.ToolDown)]
    [InlineData(0, """[{"type":"MetaInformation"}]""", Reasons.ToolDown)]
    [InlineData(0, "", Reasons.ToolDown)]
    public void Olevba_says_what_it_could_not_open(int exitCode, string output, string reason) => AssertFailed(Read("olevba", exitCode, output), reason);

    [Fact]
    public void Mraptor_tells_by_its_exit_code_and_its_table()
    {
        Assert.Equal([("Vba.MacroRaptor", VerdictKind.Suspicious, "AWX")], Findings("mraptor", 20, MacroRaptor + "SUSPICIOUS|AWX  |TXT:|/s/sample\n"));
        Assert.Empty(Read("mraptor", 2, MacroRaptor + "Macro OK  |A--  |OLE:|/s/sample\n").Findings);
        Assert.Empty(Read("mraptor", 0, MacroRaptor + "No Macro  |     |OLE:|/s/sample\n").Findings);
        AssertFailed(Read("mraptor", 1, MacroRaptor + "ERROR     |     |??? |/s/sample\n"), Reasons.Unsupported);
        AssertFailed(Read("mraptor", 10, MacroRaptor), Reasons.ToolDown);
        AssertFailed(Read("mraptor", 0, MacroRaptor), Reasons.ToolDown);
    }

    [Fact]
    public void Rtfobj_is_read_from_its_table_and_ends_with_0_whatever_happens()
    {
        Assert.Equal(
            [("Rtf.Executable", VerdictKind.Suspicious, "EXECUTABLE FILE"), ("Rtf.Exploit", VerdictKind.Malicious, "Possibly an exploit for the Equation Editor vulnerability")],
            Findings("rtfobj", 0, RtfObj + "   |          |EXECUTABLE FILE                       \n   |          |Possibly an exploit for the Equation Editor vulnerability      \n"));
        Assert.Empty(Read("rtfobj", 0, RtfObj + "   |          |class name: b'Package'   \n").Findings);
        AssertFailed(Read("rtfobj", 0, "rtfobj 0.60.1 on Python 3.11.2\n"), Reasons.ToolDown);
    }

    [Fact]
    public void Clamscan_proves_a_scan_by_its_line()
    {
        Assert.Equal(ScanOutcome.Scanned, Read("clamscan", 0, "/s/sample: OK\n").Outcome);
        Assert.Equal(ScanOutcome.Scanned, Read("clamscan", 0, "/s/sample: Empty file\n").Outcome);
        Assert.Equal([("Eicar-Test-Signature.UNOFFICIAL", VerdictKind.Malicious, null)], Findings("clamscan", 1, "/s/sample: Eicar-Test-Signature.UNOFFICIAL FOUND\n"));
        Assert.Equal([("Heuristics.OLE2.ContainsMacros.VBA", VerdictKind.Suspicious, null)], Findings("clamscan", 1, "/s/sample: Heuristics.OLE2.ContainsMacros.VBA FOUND\n"));
        Assert.Equal([("PUA.Win.Tool", VerdictKind.Suspicious, null)], Findings("clamscan", 1, "/s/sample: PUA.Win.Tool FOUND\n"));
        AssertFailed(Read("clamscan", 1, "/s/sample: Heuristics.Encrypted.Zip FOUND\n"), Reasons.Encrypted);
        AssertFailed(Read("clamscan", 1, "/s/sample: Heuristics.Limits.Exceeded.MaxFiles FOUND\n"), Reasons.Limits);
        AssertFailed(Read("clamscan", 2, "", "LibClamAV Error: cli_loaddbdir: No supported database files found in /x\n"), Reasons.ToolDown);
        AssertFailed(Read("clamscan", 0, ""), Reasons.ToolDown);
        AssertFailed(Read("clamscan", 1, ""), Reasons.ToolDown);
    }

    [Fact]
    public void Ssdeep_is_never_a_proof()
    {
        Assert.Equal([("Ssdeep.LikeKnownBad", VerdictKind.Suspicious, "a1")], Findings("ssdeep", 0, "\"/s/sample\",\"a1\",100\n"));
        Assert.Empty(Read("ssdeep", 0, "").Findings);
        Assert.Equal(4096, Profile("ssdeep").MinSize);
    }

    [Fact]
    public void Libmagic_objects_only_to_programs()
    {
        Assert.Equal([("Type.ProgramBySecondOpinion", VerdictKind.Suspicious, "application/x-dosexec")], Findings("libmagic", 0, "application/x-dosexec\n"));
        Assert.Empty(Read("libmagic", 0, "application/pdf\n").Findings);
        AssertFailed(Read("libmagic", 1, "ERROR: cannot stat `/s/sample' (No such file or directory)\n"), Reasons.ToolDown);
        AssertFailed(Read("libmagic", 0, "cannot open `/s/sample' (No such file or directory)\n"), Reasons.ToolDown);
    }

    /// <summary>A built-in profile, those too that are switched off.</summary>
    internal static CommandOptions Profile(string name)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $"scanners: {{ {name}: {{ enabled: true }} }}");
            return Assert.IsType<CommandOptions>(ConfigLoader.Load(file, _ => null).Scanners.Single(s => s.Name == name).Options);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static ScannerResult Read(string profile, int exitCode, string output, string errors = "") => CommandOutput.Read(Profile(profile), exitCode, output, errors);

    private static IEnumerable<(string Name, VerdictKind Kind, string? Detail)> Findings(string profile, int exitCode, string output) =>
        Read(profile, exitCode, output).Findings.Select(f => (f.Name, f.Kind, f.Detail));

    private static void AssertFailed(ScannerResult result, string reason)
    {
        Assert.Equal((ScanOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.Empty(result.Findings);
    }
}
