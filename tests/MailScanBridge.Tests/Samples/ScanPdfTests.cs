using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Samples;

/// <summary>samples/scanpdf: a user's own script that runs several tools and prints one JSON object, wired in by YAML alone.</summary>
public sealed class ScanPdfTests : IDisposable
{
    private static readonly string s_sample = Path.Combine(Repository.Root, "samples", "scanpdf");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void It_takes_ten_lines()
    {
        var lines = File.ReadAllLines(Path.Combine(s_sample, "mailscan.yaml")).TakeWhile(l => l != "routes:").Where(l => !l.StartsWith('#')).ToList();

        Assert.InRange(lines.Count, 5, 10);
    }

    [Fact]
    public async Task Its_findings_become_findings()
    {
        var bad = await ScanAsync("%PDF-1.4\n1 0 obj <</OpenAction 2 0 R>> endobj 2 0 obj <</S /JavaScript /JS (app.alert(1))>> endobj\n<</URI (http://evil.invalid/\u001b[31m)>>\n");
        var script = await ScanAsync("%PDF-1.4\n2 0 obj <</S /JavaScript /JS (app.alert(1))>> endobj\n");
        var clean = await ScanAsync("%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\n");

        Assert.Equal(new Finding("Pdf.ScriptAtOpen", VerdictKind.Malicious, 80, "2 scripts 1 triggers"), Assert.Single(bad.Findings));
        Assert.Equal(new Finding("Pdf.Script", VerdictKind.Suspicious, 50, "2 scripts"), Assert.Single(script.Findings));
        Assert.Equal((ScanOutcome.NoOpinion, 0), (clean.Outcome, clean.Findings.Count));
    }

    [Fact]
    public async Task What_it_cannot_read_is_a_failure()
    {
        var result = await ScanAsync("plain text");

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
        Assert.Contains("text/plain is not a PDF", result.Detail, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<ScannerResult> ScanAsync(string content)
    {
        Require.Program("file", "file");
        var yaml = await File.ReadAllTextAsync(Path.Combine(s_sample, "mailscan.yaml"), Wait.Token);
        var own = _folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(yaml.Replace("/opt/scanpdf/", s_sample + "/", StringComparison.Ordinal)));
        var options = Assert.IsType<CommandOptions>(ConfigLoader.Load(own, _ => null).Scanners.Single(s => s.Name == "scanpdf").Options);
        var bytes = Encoding.Latin1.GetBytes(content);
        var scanner = new CommandScanner("scanpdf", options, Sandboxes.Here, TimeProvider.System);
        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        return await scanner.ScanAsync(Make.Item("application/pdf", path: _folder.Write("sample", bytes), content: bytes), Wait.Token);
    }
}
