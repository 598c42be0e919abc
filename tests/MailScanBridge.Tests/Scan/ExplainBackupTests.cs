using System.Text;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Scan;
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

    public void Dispose() => _folder.Dispose();
}
