using MailScanBridge.Daemon.Demo;
using MailScanBridge.Daemon.Soak;
using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests.Faults;

/// <summary>The daemon as its hardened systemd unit runs it, under a real systemd: it starts, and what decides about each file is a tool in the sandbox.</summary>
public sealed class HardenedUnitTests(ITestOutputHelper output)
{
    private const int Files = 30;

    private const string Config = """
        scanners:
          look:
            kind: command
            command: [sh, -c, 'if grep -q EICAR-STANDARD "$0"; then echo bad Eicar; fi; test "$(grep -c : /proc/net/dev)" = 1 && ! test -e /etc/passwd && ! touch /usr/x 2>&- && echo looked', "{sample}"]
            looks_at_content: true
            success_pattern: 'looked\n\z'
            findings: [{ pattern: '^bad (?<name>.+)$', score: 100 }]
            sandbox: required
        routes:
          - { name: all, types: ["*"], steps: [{ scanner: look }] }
        """;

    [Fact(Timeout = 180_000)]
    public async Task A_sandboxed_scan_passes_inside_the_unit()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var systemd = await SystemdNamespace.RequireAsync(directory.Path, Config, cancellationToken);
        IReadOnlyCollection<SensorRow> rows = [];
        try
        {
            await systemd.WaitUntilRunningAsync(cancellationToken);
            var status = SystemdNamespace.Status();
            Assert.NotNull(status);
            Assert.Equal(("1", "2", 0UL, 0UL), (status["NoNewPrivs"], status["Seccomp"], Convert.ToUInt64(status["CapBnd"], 16), Convert.ToUInt64(status["CapEff"], 16)));
            Assert.DoesNotContain("0", status["Uid"].Split('\t'));

            rows = await systemd.AskAsync(SoakFiles.Make(5).Take(Files), cancellationToken);
        }
        finally
        {
            output.WriteLine(systemd.Output);
        }

        Assert.Contains("Sandbox: bubblewrap", systemd.Output, StringComparison.Ordinal);
        Assert.Equal(Files, rows.Count);
        Assert.All(rows, r => Assert.Equal((r.Label, ""), (r.Verdict, r.Reason)));
        Assert.Contains(rows, r => r.Label == "malicious");
    }
}
