using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scan;

public sealed class ExplainBackupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_step_that_its_backup_took_shifts_nothing_that_is_said_of_the_others()
    {
        const string Yaml = "scanners:\n  a: { kind: clamd, address: /nowhere/a }\n  b: { kind: clamd, address: /nowhere/b }\n  c: { kind: hash_list, path: /nowhere/c }\n"
            + "routes: [{ types: ['*'], steps: [{ scanner: a, backup: b, mandatory: false }, { scanner: c, mandatory: false }, { scanner: content }] }]";
        var config = ConfigLoader.Load(_folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(Yaml)), _ => null);

        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = [_folder.Write("a.txt", "text"u8.ToArray())], Explain = true }, config);

        Assert.Contains("    a (optional): did not run: not on this machine: no clamd answers at /nowhere/a\n    b (backup of a): did not run: not on this machine: no clamd answers at /nowhere/b\n"
            + "    c (optional): did not run: not on this machine: /nowhere/c does not exist\n    content (mandatory): scanned all of it", scanned.Output, StringComparison.Ordinal);
    }

    // clamd is optional in the default routes: explain says what clean rests on, with it and without.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_default_routes_serve_with_clamd_and_without_and_say_what_clean_rests_on(bool present)
    {
        var text = present
            ? "scanners: { clamd: { kind: command, command: [echo, scanned, '{sample}'], success_pattern: '^scanned ', looks_at_content: true, sandbox: 'off', allow_unsafe_paths: true } }"
            : "spool: /s";
        var config = ConfigLoader.Load(_folder.Write("mailscan.yaml", Encoding.UTF8.GetBytes(text)), _ => null);
        var files = new[] { ("a.txt", "text"u8.ToArray()), ("a.pdf", "%PDF-1.4\n"u8.ToArray()), ("a.rtf", "{\\rtf1 x}"u8.ToArray()), ("a.exe", [0x7F, (byte)'E', (byte)'L', (byte)'F', 1, 1, 1, 0]) };
        foreach (var (name, content) in files)
        {
            var path = _folder.Write(name, content);
            var scanned = await Scanned.RunAsync(new ScanOptions { Targets = [path], Explain = true }, config);
            using StringWriter plan = new(), errors = new();
            await ScanRun.PlanAsync(config, new ScanOptions { Targets = [path], Explain = true }, plan, errors, Wait.Token);

            var own = name != "a.exe";
            Assert.StartsWith($"{path}: {(own || present ? "clean" : "unscanned, no_scanner")}", scanned.Output, StringComparison.Ordinal);
            Assert.Contains($"    proof that all of it was scanned: {string.Join(", ", new[] { own ? "content" : "", present ? "clamd" : "" }.Where(n => n.Length > 0).DefaultIfEmpty("none"))}\n", scanned.Output, StringComparison.Ordinal);
            Assert.Contains("    clamscan (backup of clamd): switched off (enabled: false)", plan.ToString(), StringComparison.Ordinal);
            Assert.Contains(own ? "    clean needs: content; nothing that is optional" : present ? "    clean needs: one of content, clamd" : "    clean needs: one of content", plan.ToString(), StringComparison.Ordinal);
            Assert.Equal(!present, scanned.Output.Contains("clamd (optional): did not run: not on this machine: no clamd answers at ", StringComparison.Ordinal));
        }
    }

    public void Dispose() => _folder.Dispose();
}
