using System.Globalization;
using System.Text;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.Daemon.Soak;
using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests.Faults;

/// <summary>
/// The unit's limits on memory and processes against tools that want more than there is, with no limit of the sandbox's own: they end, the daemon stays, and nothing that
/// they had to decide reads as clean.
/// </summary>
public sealed class UnitLimitsTests(ITestOutputHelper output)
{
    private const long MaxMemory = 700L << 20;
    private const int MaxTasks = 512; // The unit's own.

    // With less than the unit has, so that it takes seconds and not the machine's memory.
    private const string LessMemory = "MemoryHigh=infinity\nMemoryMax=700M";

    private const string Config = """
        scan: { timeout: 20s }
        scanners:
          greedy:
            kind: command
            command: [sh, -c, 'if grep -q MUCH-MEMORY "$0"; then tail /dev/zero; elif grep -q MANY-PROCESSES "$0"; then n=0; while [ $n -lt 2000 ]; do sleep 15 & n=$((n+1)); done; elif grep -q EICAR-STANDARD "$0"; then echo bad Eicar; fi; echo looked', "{sample}"]
            looks_at_content: true
            success_pattern: 'looked\n\z'
            findings: [{ pattern: '^bad (?<name>.+)$', score: 100 }]
            failures: [{ pattern: 'annot fork', reason: limits }]
            sandbox: required
            max_memory: none
            max_processes: 4000
            max_cpu: 60s
            break_after: 100
        routes:
          - { name: all, types: ["*"], steps: [{ scanner: greedy }] }
        """;

    [Fact(Timeout = 240_000)]
    public async Task Greedy_tools_end_at_the_units_limits_and_the_daemon_stays()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var systemd = await SystemdNamespace.RequireAsync(directory.Path, Config, cancellationToken, LessMemory);
        try
        {
            await systemd.WaitUntilRunningAsync(cancellationToken);
            var (memory, pids) = (SystemdNamespace.Cgroup("memory"), SystemdNamespace.Cgroup("pids"));
            Assert.SkipWhen(memory is null || pids is null, "this machine hands no controllers of memory and processes down to a systemd of the test's own");
            Assert.Equal((MaxMemory, MaxTasks), (Number(memory!, "memory.max", "memory.limit_in_bytes"), Number(pids!, "pids.max")));
            var daemon = SystemdNamespace.Status()!["Pid"];

            var plain = SoakFiles.Make(5).Take(20).ToList();
            AssertRight(await systemd.AskAsync(plain, cancellationToken));
            var greedy = await systemd.AskAsync(Greedy(plain[0]), cancellationToken);
            Assert.Equal(4, greedy.Count);
            Assert.All(greedy, r => Assert.Contains(r.Verdict, (string[])["error", "unscanned"]));
            AssertRight(await systemd.AskAsync(SoakFiles.Make(6).Take(20), cancellationToken));

            output.WriteLine($"killed for memory {Word(memory!, "oom_kill", "memory.events", "memory.oom_control")}, refused processes {Word(pids!, "max", "pids.events")}");
            Assert.True(Word(memory!, "oom_kill", "memory.events", "memory.oom_control") > 0, "nothing was killed for memory");
            Assert.True(Word(pids!, "max", "pids.events") > 0, "no process was refused");
            Assert.Equal(daemon, SystemdNamespace.Status()?["Pid"]);
        }
        finally
        {
            output.WriteLine(systemd.Output);
        }
    }

    private static void AssertRight(IReadOnlyCollection<SensorRow> rows)
    {
        Assert.Equal(20, rows.Count);
        Assert.All(rows, r => Assert.Equal((r.Label, ""), (r.Verdict, r.Reason)));
    }

    private static IEnumerable<SensorFile> Greedy(SensorFile like) =>
        from want in (string[])["MUCH-MEMORY", "MANY-PROCESSES", "MUCH-MEMORY", "MANY-PROCESSES"]
        select like with { Label = "greedy", Content = Encoding.ASCII.GetBytes($"{want} {Guid.NewGuid()}"), Family = new object() };

    private static long Number(string group, params string[] files) =>
        long.Parse(File.ReadAllText(files.Select(f => Path.Combine(group, f)).First(File.Exists)).Trim(), CultureInfo.InvariantCulture);

    private static long Word(string group, string word, params string[] files) =>
        File.ReadLines(files.Select(f => Path.Combine(group, f)).First(File.Exists)).Select(l => l.Split(' ')).Where(w => w[0] == word).Sum(w => long.Parse(w[1], CultureInfo.InvariantCulture));
}
