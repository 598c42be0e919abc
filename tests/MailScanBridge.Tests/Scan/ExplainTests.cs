using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scan;

public sealed class ExplainTests : IDisposable
{
    private const string Yaml = """
        scanners:
          bad_hashes: {kind: hash_list, path: /nonexistent/list}
          echo:
            kind: command
            command: [cat, "{sample}"]
            looks_at_content: false
            findings: [{pattern: '^(?<name>never)$'}]
        routes:
          - name: all of it
            types: [text/*]
            steps:
              - scanner: bad_hashes
                mandatory: false
              - scanner: content
              - scanner: echo
                mandatory: false
                only_if_flagged: content
        """;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Each_step_says_why_it_ran_or_did_not()
    {
        var scanned = await RunAsync(_folder.Write("a.txt", "nothing\n"u8.ToArray()));

        Assert.Equal(
            [
                $"{_folder.Path}/a.txt: clean",
                "  \"a.txt\"",
                "    type: text/plain, 8 bytes, by the shape of its text",
                "    route: \"all of it\", by its type text/*; ends at the first malicious finding",
                "    bad_hashes (optional): did not run: not on this machine: /nonexistent/list does not exist",
                "    content (mandatory): scanned all of it; found nothing",
                "    echo (optional, only if content found something): did not run: content found nothing",
                "    proof that all of it was scanned: content",
            ],
            scanned.Lines.Select(WithoutTime));
    }

    [Fact]
    public async Task A_condition_that_holds_runs_the_step()
    {
        var scanned = await RunAsync(_folder.Write("a.pdf.exe", "nothing\n"u8.ToArray()));

        Assert.Equal("    echo (optional, only if content found something): ran, and proves nothing of what it did not find; found nothing", WithoutTime(scanned.Lines[^2]));
    }

    [Fact]
    public async Task What_no_route_serves_is_said()
    {
        var scanned = await RunAsync(_folder.Write("a.zip", [(byte)'P', (byte)'K', 5, 6, .. new byte[18]]));

        Assert.Contains("    route: none serves this type", scanned.Lines);
        Assert.Equal(2, scanned.Exit);
    }

    [Fact]
    public async Task Plan_only_scans_nothing()
    {
        using StringWriter output = new() { NewLine = "\n" }, errors = new();

        var exit = await ScanRun.PlanAsync(Config(), Options(_folder.Write("e.txt", Make.Eicar)), output, errors, Wait.Token);

        Assert.Equal(0, exit);
        Assert.Equal(
            """
              "e.txt"
                type: text/plain, 68 bytes, by the shape of its text
                route: "all of it", by its type text/*; ends at the first malicious finding
                bad_hashes (optional): absent: /nonexistent/list does not exist
                content (mandatory): will run
                echo (optional, only if content found something): may run
                clean needs: content; nothing that is optional

            """,
            output.ToString());
        Assert.Empty(errors.ToString());
    }

    [Theory]
    [InlineData("missing", "No such file or directory")]
    [InlineData(".", "is a directory, not a file")]
    [InlineData("fifo", "is a FIFO, not a file")]
    public async Task A_plan_for_what_cannot_be_read_is_2(string name, string why)
    {
        Posix.MakeFifo(Path.Combine(_folder.Path, "fifo"));
        using StringWriter output = new(), errors = new();

        Assert.Equal(2, await ScanRun.PlanAsync(Config(), Options(Path.Combine(_folder.Path, name)), output, errors, Wait.Token));
        Assert.Contains(why, errors.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static ScanOptions Options(string path) => new() { Targets = [path], Explain = true };

    private static string WithoutTime(string line) => line.EndsWith(" ms)", StringComparison.Ordinal) ? line[..line.LastIndexOf(" (", StringComparison.Ordinal)] : line;

    private BridgeConfig Config()
    {
        var path = Path.Combine(_folder.Path, "mailscan.yaml");
        File.WriteAllText(path, Yaml);
        return ConfigLoader.Load(path, _ => null);
    }

    private Task<Scanned> RunAsync(string path) => Scanned.RunAsync(Options(path), Config());
}
