using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.BuiltIn;

public sealed class ContentScannerTests : IDisposable
{
    private static readonly string s_eicar = string.Concat("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS", "-TEST-FILE!$H+H*");

    private readonly TemporaryFolder _folder = new();
    private readonly ContentScanner _scanner = new();

    public void Dispose() => _folder.Dispose();

    private async Task<ScannerResult> Scan(byte[] content, string? name = null, ScanItem? parent = null)
    {
        string path = _folder.Write("item", content);
        var item = new ScanItem
        {
            Parent = parent,
            Name = name,
            Type = ContentTypes.DetectFile(path),
            Path = path,
            Size = content.Length,
            Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)),
        };
        return await _scanner.ScanAsync(item, TestContext.Current.CancellationToken);
    }

    private Task<ScannerResult> Scan(string content, string? name = null) => Scan(Encoding.Latin1.GetBytes(content), name);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128 * 1024 - 68)]
    [InlineData(128 * 1024 - 67)]
    [InlineData(128 * 1024 - 1)]
    [InlineData(128 * 1024)]
    [InlineData(1_000_000)]
    public async Task Eicar_is_found_wherever_it_stands(int offset)
    {
        ScannerResult result = await Scan(new string('x', offset) + s_eicar + "y");
        Finding finding = Assert.Single(result.Findings);
        Assert.Equal(VerdictKind.Malicious, finding.Kind);
        Assert.Equal("Eicar-Test-Signature", finding.Name);
        Assert.Equal(ScanOutcome.Scanned, result.Outcome);
    }

    [Fact]
    public async Task Eicar_in_a_program_is_found_though_the_rest_of_it_is_nobodys_business()
    {
        ScannerResult result = await Scan([.. "MZ"u8, .. new byte[100], .. Encoding.ASCII.GetBytes(s_eicar)]);
        Assert.Equal(ScanOutcome.NoOpinion, result.Outcome);
        Assert.Equal(VerdictKind.Malicious, Assert.Single(result.Findings).Kind);
    }

    [Fact]
    public async Task A_string_that_only_begins_like_eicar_is_nothing()
    {
        Assert.Empty((await Scan(s_eicar[..^1])).Findings);
    }

    [Fact]
    public async Task A_text_is_scanned_and_clean()
    {
        ScannerResult result = await Scan("hello");
        Assert.Equal(ScanOutcome.Scanned, result.Outcome);
        Assert.Empty(result.Findings);
        Assert.Null(result.Reason);
    }

    [Theory]
    [InlineData("a.js", "var a = 1;")]
    [InlineData("a.JS. ", "From: x;\nTo: y;\n\n")]
    [InlineData("a.js", "BEGIN:VCARD\n")]
    [InlineData("a.js", "GIF89a=1;")]
    [InlineData("a.bat", "start calc")]
    [InlineData("a.hta", "<html><script language=vbscript>GetObject(x)</script></html>")]
    [InlineData("a.msc", "<?xml version=\"1.0\"?><MMC_ConsoleFile/>")]
    [InlineData("a.reg", "Windows Registry Editor Version 5.00")]
    public async Task A_text_whose_name_runs_it_is_a_program_and_of_programs_there_is_no_opinion(string name, string text)
    {
        string path = _folder.Write("item", Encoding.ASCII.GetBytes(text));
        ScannerResult result = await new ContentScanner().ScanAsync(Unpacker.Examine(path, name, null), TestContext.Current.CancellationToken);
        Assert.Equal(ScanOutcome.NoOpinion, result.Outcome);
        ScannerResult plain = await new ContentScanner().ScanAsync(Unpacker.Examine(path, "a.txt", null), TestContext.Current.CancellationToken);
        Assert.Equal(ScanOutcome.Scanned, plain.Outcome);
    }

    [Fact]
    public async Task Of_bytes_of_no_known_kind_there_is_no_opinion()
    {
        ScannerResult result = await Scan([0, 0, 0, 0, 0xDE, 0xAD, 0xBE, 0xEF, 1, 2, 3, 4]);
        Assert.Equal(ScanOutcome.NoOpinion, result.Outcome);
        Assert.Empty(result.Findings);
    }

    [Theory]
    [InlineData("/OpenAction 6 0 R ", "<< /S /JavaScript /JS (x) >>", "Pdf.AutoScript")]
    [InlineData("/AA << /O 6 0 R >> ", "<< /S /JavaScript /JS (x) >>", "Pdf.AutoScript")]
    [InlineData("/OpenAction 6 0 R ", "<< /S /Launch /F (x) >>", "Pdf.Launch")]
    [InlineData("/Open#41ction 6 0 R ", "<< >>", "Pdf.EscapedNames")]
    [InlineData("/AcroForm << /XFA 6 0 R >> ", "<< /JS (x) >>", "Pdf.ScriptedForm")]
    public async Task Pdf_keywords_in_combination_are_suspicious(string catalog, string sixth, string finding)
    {
        ScannerResult result = await Scan(PdfFile.Page("x", catalog, PdfFile.Ascii(sixth)));
        Assert.Equal(finding, Assert.Single(result.Findings).Name);
        Assert.Equal(VerdictKind.Suspicious, result.Findings[0].Kind);
    }

    [Theory]
    [InlineData("/OpenAction [3 0 R /Fit] ", "<< >>")]
    [InlineData("", "<< /S /JavaScript /JS (x) >>")]
    [InlineData("/AcroForm << /Fields [] >> ", "<< >>")]
    [InlineData("", "(a#41b /Type#31 #)")]
    public async Task Pdf_keywords_alone_are_not(string catalog, string sixth)
    {
        ScannerResult result = await Scan(PdfFile.Page("x", catalog, PdfFile.Ascii(sixth)));
        Assert.Empty(result.Findings);
        Assert.Equal(ScanOutcome.Scanned, result.Outcome);
    }

    [Fact]
    public async Task A_pdf_with_a_password_is_not_scanned()
    {
        ScannerResult result = await Scan(PdfFile.Page("x", "/Encrypt 6 0 R ", PdfFile.Ascii("<< >>")));
        Assert.Equal(ScanOutcome.Failed, result.Outcome);
        Assert.Equal(Reasons.Encrypted, result.Reason);
    }

    [Fact]
    public async Task What_an_object_stream_holds_counts_as_if_it_stood_in_the_open()
    {
        byte[] objects = PdfFile.Ascii("7 0 << /S /JavaScript /JS (x) >>");
        ScannerResult result = await Scan(PdfFile.Page("x", "/OpenAction 7 0 R ", PdfFile.Stream("/Type /ObjStm /N 1 /First 4 ", objects)));
        Assert.Equal("Pdf.AutoScript", Assert.Single(result.Findings).Name);
        Assert.Equal(ScanOutcome.Scanned, result.Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/Type 60 0 R ")]
    public async Task An_object_stream_need_not_say_that_it_is_one(string type)
    {
        byte[] objects = PdfFile.Ascii("7 0 << /S /JavaScript /JS (x) >>");
        ScannerResult result = await Scan(PdfFile.Page("x", "/OpenAction 7 0 R ", PdfFile.Stream(type + "/N 1 /First 4 ", objects), PdfFile.Ascii("<< >>\nendobj\n60 0 obj\n/ObjStm")));
        Assert.Equal(["Pdf.AutoScript"], result.Findings.Select(f => f.Name));
    }

    [Fact]
    public async Task An_object_stream_that_cannot_be_opened_is_said()
    {
        byte[] stream = PdfFile.Stream("/Type /ObjStm /N 1 /First 4 ", PdfFile.Ascii("7 0 << >>"));
        stream[stream.AsSpan().IndexOf("stream\n"u8) + 12] ^= 0xFF;
        ScannerResult result = await Scan(PdfFile.Page("x", "", stream));
        Assert.Equal(ScanOutcome.Failed, result.Outcome);
        Assert.Equal(Reasons.Damaged, result.Reason);
    }

    [Fact]
    public async Task Object_streams_that_grow_beyond_the_limit_are_said()
    {
        string path = _folder.Write("bomb", PdfFile.Page("x", "", PdfFile.Stream("/Type /ObjStm /N 1 /First 4 ", new byte[100_000])));
        var item = new ScanItem { Type = ContentTypes.Pdf, Path = path, Size = new FileInfo(path).Length, Sha256 = new string('0', 64) };
        var scanner = new ContentScanner(new ContentScannerOptions { Pdf = new() { MaxObjectStreamBytes = 50_000 } });
        ScannerResult result = await scanner.ScanAsync(item, TestContext.Current.CancellationToken);
        Assert.Equal(Reasons.Limits, result.Reason);
    }

    [Fact]
    public async Task A_document_that_may_hold_macros_is_suspicious_only_for_the_macros_in_it()
    {
        byte[] project = VbaProject.With("M", "Sub A()\r\nEnd Sub\r\n");
        byte[] document = WordDocument.With("x", project);
        ScannerResult package = await Scan(document);
        ScannerResult part = await Scan(project);
        Assert.Empty(package.Findings);
        Assert.Equal("Office.VbaMacro", Assert.Single(part.Findings).Name);
        Assert.Empty((await Scan(WordDocument.With("x"))).Findings);
    }

    [Theory]
    [InlineData("invoice.pdf.exe", "Name.DoubleExtension")]
    [InlineData("invoice.PDF.EXE", "Name.DoubleExtension")]
    [InlineData("invoice.pdf               .scr", "Name.DoubleExtension")]
    [InlineData("invoice.doc.js. ", "Name.DoubleExtension")]
    [InlineData("report\u202Efdp.txt", "Name.RightToLeft")]
    public async Task A_name_that_hides_what_it_is_is_suspicious(string name, string finding) =>
        Assert.Equal(finding, Assert.Single((await Scan("x", name)).Findings).Name);

    [Theory]
    [InlineData("report.pdf", "MZ\0\0\0\0", "Type.HiddenProgram")]
    [InlineData("photo.jpg", "#!/bin/sh\necho\n", "Type.HiddenProgram")]
    [InlineData("report.pdf", "<html><body>log in</body></html>", "Type.Mismatch")]
    [InlineData("photo.png", "%PDF-1.4\n", "Type.Mismatch")]
    public async Task Content_that_is_not_what_its_name_promises_is_suspicious(string name, string content, string finding) =>
        Assert.Equal(finding, Assert.Single((await Scan(content, name)).Findings).Name);

    [Theory]
    [InlineData("export.xls", "<html><table></table></html>")]
    [InlineData("letter.doc", "{\\rtf1 x}")]
    [InlineData("photo.jpg", "GIF89a")]
    [InlineData("tool.exe", "MZ\0\0\0\0")]
    [InlineData("report", "%PDF-1.4\n")]
    public async Task Content_that_its_name_allows_is_not(string name, string content) => Assert.Empty((await Scan(content, name)).Findings);

    [Theory]
    [InlineData("setup.exe")]
    [InlineData("report.2026.pdf")]
    [InlineData("v1.2.exe")]
    [InlineData("archive.tar.gz")]
    [InlineData("\u05d3\u05d5\u05d7.pdf")]
    [InlineData("")]
    public async Task An_honest_name_is_not(string name) => Assert.Empty((await Scan("x", name)).Findings);

    [Fact]
    public async Task An_item_that_is_not_there_is_a_failure_and_not_an_exception()
    {
        var item = new ScanItem { Type = ContentTypes.Text, Path = Path.Combine(_folder.Path, "missing"), Size = 1, Sha256 = new string('0', 64) };
        ScannerResult result = await _scanner.ScanAsync(item, TestContext.Current.CancellationToken);
        Assert.Equal(ScanOutcome.Failed, result.Outcome);
    }

    [Fact]
    public async Task An_item_of_another_size_than_was_said_is_not_scanned()
    {
        string path = _folder.Write("short", [1, 2, 3]);
        var item = new ScanItem { Type = ContentTypes.Text, Path = path, Size = 5, Sha256 = new string('0', 64) };
        Assert.Equal(ScanOutcome.Failed, (await _scanner.ScanAsync(item, TestContext.Current.CancellationToken)).Outcome);
    }

    [Fact]
    public void The_scanner_says_which_rules_it_has() =>
        Assert.Matches(@"^\d+\.\d+\.\d+ rules \d+$", _scanner.Version);
}
