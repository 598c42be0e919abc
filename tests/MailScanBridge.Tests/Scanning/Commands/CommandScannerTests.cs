using System.Diagnostics;
using System.Text.RegularExpressions;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

public sealed class CommandScannerTests : IDisposable
{
    private static readonly string s_fake = Path.Combine(AppContext.BaseDirectory, "FakeScanner");
    private readonly TemporaryFolder _folder = new();
    private readonly string _sample;
    private readonly string _pids;

    public CommandScannerTests()
    {
        _sample = _folder.Write("sample", "content"u8.ToArray());
        _pids = Path.Combine(_folder.Path, "pids");
    }

    [Fact]
    public async Task A_run_that_worked_is_no_proof_unless_the_tool_looks_at_the_content()
    {
        Assert.Equal(ScanOutcome.NoOpinion, (await RunAsync("exit", "0")).Outcome);
        Assert.Equal(ScanOutcome.Scanned, (await RunAsync(o => o with { LooksAtContent = true }, "exit", "0")).Outcome);
    }

    [Fact]
    public async Task The_tool_gets_its_arguments_as_they_are_without_a_shell()
    {
        var result = await RunAsync(
            o => o with { Command = ["/bin/echo", "found $(touch x) ; `id` * \"quoted\" {rules}:", "{sample}"], Files = new Dictionary<string, string> { ["rules"] = "/etc/rules" } });

        Assert.Equal($"$(touch x) ; `id` * \"quoted\" /etc/rules: {_sample}", Assert.Single(result.Findings).Name);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("255")]
    public async Task An_exit_code_that_does_not_mean_success_is_a_failure(string code)
    {
        var result = await RunAsync("exit", code);

        AssertFailed(result, Reasons.ToolDown);
        Assert.Contains($"exit code {code}", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exit_codes_of_success_are_the_tools_own()
    {
        Assert.Equal(ScanOutcome.NoOpinion, (await RunAsync(o => o with { SuccessExitCodes = new HashSet<int> { 20 } }, "exit", "20")).Outcome);
        AssertFailed(await RunAsync(o => o with { SuccessExitCodes = new HashSet<int> { 20 } }, "exit", "0"), Reasons.ToolDown);
    }

    [Fact]
    public async Task A_crash_is_a_failure() => AssertFailed(await RunAsync("crash"), Reasons.ToolDown);

    [Fact]
    public async Task What_it_says_on_standard_error_is_a_failure_unless_configured_otherwise()
    {
        var result = await RunAsync("print-error", "could \u001b[31mnot open");

        AssertFailed(result, Reasons.ToolDown);
        Assert.Contains("could \\x1b[31mnot open", result.Detail, StringComparison.Ordinal);
        Assert.Equal(ScanOutcome.NoOpinion, (await RunAsync(o => o with { StandardErrorIsFailure = false }, "print-error", "a warning")).Outcome);
    }

    [Fact]
    public async Task A_success_pattern_must_be_in_the_output()
    {
        var pattern = new Regex("^PDFiD ", RegexOptions.Multiline);

        Assert.Equal(ScanOutcome.NoOpinion, (await RunAsync(o => o with { SuccessPattern = pattern }, "print", "PDFiD 0.2\\nfine")).Outcome);
        AssertFailed(await RunAsync(o => o with { SuccessPattern = pattern }, "print", "nothing"), Reasons.ToolDown);
        AssertFailed(await RunAsync(o => o with { SuccessPattern = pattern }, "print", ""), Reasons.ToolDown);
        AssertFailed(await RunAsync(o => o with { SuccessPattern = pattern, StandardErrorIsFailure = false }, "print-error", "PDFiD 0.2"), Reasons.ToolDown);
    }

    [Fact]
    public async Task Findings_are_read_line_by_line_with_their_scores()
    {
        var rule = new FindingRule(new Regex(@"^hit (?<name>\S+)(?: (?<score>\d+))?$"), Score: 40, MaliciousAt: 75);

        var result = await RunAsync(o => o with { Findings = [rule] }, "print", "hit a 75\\nhit b 74\\nhit c\\nmiss d\\nhit e 99999999999\\nhit f 101\\n");

        Assert.Equal(
            [("a", VerdictKind.Malicious, 75), ("b", VerdictKind.Suspicious, 74), ("c", VerdictKind.Suspicious, 40), ("e", VerdictKind.Suspicious, 40), ("f", VerdictKind.Malicious, 100)],
            result.Findings.Select(f => (f.Name, f.Kind, f.Score)));
    }

    [Fact]
    public async Task A_failed_run_finds_nothing_and_proves_nothing()
    {
        var rule = new FindingRule(new Regex("(?<name>AAAA)"));

        AssertFailed(await RunAsync(o => o with { Findings = [rule], SuccessPattern = new Regex("never") }, "print", "AAAA"), Reasons.ToolDown);
    }

    [Fact]
    public async Task A_pattern_that_never_ends_is_a_limit()
    {
        var rule = new FindingRule(new Regex("^(?<name>(a+)+)$", RegexOptions.None, TimeSpan.FromMilliseconds(50)));

        AssertFailed(await RunAsync(o => o with { Findings = [rule] }, "print", new string('a', 200) + "!"), Reasons.Limits);
    }

    [Fact]
    public async Task Garbage_is_no_finding()
    {
        var result = await RunAsync("garbage");

        Assert.Equal(ScanOutcome.NoOpinion, result.Outcome);
        Assert.Empty(result.Findings);
        AssertFailed(await RunAsync(o => o with { SuccessPattern = new Regex("^OK$") }, "garbage"), Reasons.ToolDown);
    }

    [Theory]
    [InlineData("hang", 1)]
    [InlineData("ignore-signals", 1)]
    [InlineData("tree", 2)]
    public async Task At_the_time_limit_the_whole_tree_is_killed(string how, int processes)
    {
        var scan = RunAsync(o => o with { Timeout = TimeSpan.FromSeconds(3) }, how, _pids);
        await Wait.UntilAsync(() => Pids().Count == processes, "the tool to be up");

        AssertFailed(await scan, Reasons.Timeout);
        await Wait.UntilAsync(() => !Pids().Any(IsAlive), "all of it to be gone");
    }

    [Fact]
    public async Task A_tool_that_drips_is_stopped_by_the_time_limit() =>
        AssertFailed(await RunAsync(o => o with { Timeout = TimeSpan.FromSeconds(1) }, "drip"), Reasons.Timeout);

    [Theory]
    [InlineData("flood")]
    [InlineData("flood-error")]
    public async Task A_flood_is_stopped_by_the_output_limit_long_before_the_time_limit(string how)
    {
        var clock = Stopwatch.StartNew();

        AssertFailed(await RunAsync(o => o with { MaxOutput = 100_000 }, how), Reasons.Limits);

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_child_that_outlives_the_tool_and_holds_its_pipes_does_not_hold_the_scanner()
    {
        var clock = Stopwatch.StartNew();
        try
        {
            var result = await RunAsync(o => o with { Timeout = TimeSpan.FromSeconds(2) }, "orphan", _pids).WaitAsync(Wait.Token);

            // Its output has no end, so nothing is proven.
            AssertFailed(result, Reasons.Timeout);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }
        finally
        {
            foreach (var pid in Pids().Where(IsAlive))
            {
                Process.GetProcessById(pid).Kill();
            }
        }
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_a_tool_that_is_down()
    {
        AssertFailed(await RunAsync(o => o with { Command = ["/nowhere/tool", "{sample}"] }), Reasons.ToolDown);
        AssertFailed(await RunAsync(o => o with { Command = ["no-such-tool-anywhere", "{sample}"] }), Reasons.ToolDown);
        AssertFailed(await RunAsync(o => o with { Command = [_sample, "{sample}"] }), Reasons.ToolDown);
    }

    [Fact]
    public async Task What_is_larger_than_the_limit_is_not_scanned()
    {
        var item = Make.Item(path: _sample, content: new byte[11]);

        AssertFailed(await Scanner(o => o with { MaxSize = 10 }, "exit", "0").ScanAsync(item, Wait.Token), Reasons.TooLarge);
        Assert.Equal(ScanOutcome.NoOpinion, (await Scanner(o => o with { MaxSize = 11 }, "exit", "0").ScanAsync(item, Wait.Token)).Outcome);
    }

    [Fact]
    public async Task The_callers_cancellation_kills_the_tool_and_is_the_callers()
    {
        using var cancel = new CancellationTokenSource();
        var scan = Scanner(o => o, "hang", _pids).ScanAsync(Make.Item(path: _sample), cancel.Token).AsTask();
        await Wait.UntilAsync(() => Pids().Count == 1, "the tool to be up");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan.WaitAsync(Wait.Token));
        await Wait.UntilAsync(() => !IsAlive(Pids()[0]), "the tool to be gone");
    }

    [Fact]
    public async Task No_more_run_at_a_time_than_allowed()
    {
        var scanner = Scanner(o => o with { Concurrency = 2, Timeout = TimeSpan.FromSeconds(1), Command = ["/bin/sh", "-c", "echo $$ >> \"$1\"; exec sleep 600", "sh", _pids, "{sample}"] });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Wait.Token);

        var scans = Enumerable.Range(0, 5).Select(_ => scanner.ScanAsync(Make.Item(path: _sample), cancel.Token).AsTask()).ToList();
        var most = 0;
        while (!scans.All(s => s.IsCompleted))
        {
            most = Math.Max(most, Pids().Count(IsAlive));
            await Task.Delay(5, Wait.Token);
        }

        Assert.Equal(2, most);
        Assert.Equal(5, Pids().Count);
    }

    [Fact]
    public async Task The_probe_finds_what_is_there_and_says_what_is_missing()
    {
        var rules = _folder.Write("rules", []);
        var there = new CommandScanner("x", Options with { Files = new Dictionary<string, string> { ["rules"] = rules }, VersionCommand = ["/bin/echo", "tool 1.2.3\nmore"] }, TimeProvider.System);

        Assert.Null(await there.ProbeAsync(Wait.Token));
        Assert.Equal("tool 1.2.3", there.Version);
        Assert.Null(await Scanner(o => o with { Command = ["sh", "{sample}"] }).ProbeAsync(Wait.Token));
        Assert.Equal("rules: /nowhere/rules does not exist", await ProbeAsync(o => o with { Files = new Dictionary<string, string> { ["rules"] = "/nowhere/rules" } }));
        Assert.Equal("/nowhere/tool is not on this machine", await ProbeAsync(o => o with { Command = ["/nowhere/tool", "{sample}"] }));
        Assert.Equal("no-such-tool is not on this machine", await ProbeAsync(o => o with { VersionCommand = ["no-such-tool", "--version"] }));
        Assert.Contains("does not tell its version", await ProbeAsync(o => o with { VersionCommand = [s_fake, "exit", "3"] }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_many_runs_there_is_no_zombie_and_no_open_file_left()
    {
        await RunAsync("exit", "0");
        await RunAsync("exit", "0");
        var before = OpenPipes();
        var scanner = Scanner(o => o with { Command = ["/bin/echo", "{sample}"] });
        var failing = Scanner(o => o with { Command = ["/nowhere/tool", "{sample}"] });
        var flooding = Scanner(o => o with { Command = ["/usr/bin/yes", "{sample}"], MaxOutput = 1000 });
        for (var run = 0; run < 200; run++)
        {
            var which = run % 10 == 8 ? failing : run % 10 == 9 ? flooding : scanner;
            var result = await which.ScanAsync(Make.Item(path: _sample), Wait.Token);
            Assert.Equal(which == scanner ? ScanOutcome.NoOpinion : ScanOutcome.Failed, result.Outcome);
        }

        await Wait.UntilAsync(() => Children("Z").Count == 0, "no zombie");
        await Wait.UntilAsync(
            () =>
            {
                GC.Collect();
                return OpenPipes() <= before + 20; // other tests run beside this one; a leak would be 400 and more
            },
            $"the pipes to be closed ({before} before)");
    }

    public void Dispose() => _folder.Dispose();

    private static CommandOptions Options => new()
    {
        Command = [s_fake, "{sample}"],
        Timeout = TimeSpan.FromSeconds(25),
        Findings = [new FindingRule(new Regex("^found (?<name>.*)$"))],
    };

    private static int OpenPipes() => Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) == true
        || new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>Processes that this one started, in a state as /proc tells it.</summary>
    private static List<string> Children(string state) =>
    [
        .. Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Select(Status).Where(s => s.Contains($"PPid:\t{Environment.ProcessId}\n", StringComparison.Ordinal) && s.Contains($"State:\t{state}", StringComparison.Ordinal)),
    ];

    private static string Status(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "status"));
        }
        catch (IOException)
        {
            return ""; // It ended in between.
        }
    }

    private static bool IsAlive(int pid) => Status($"/proc/{pid}") is { Length: > 0 } status && !status.Contains("State:\tZ", StringComparison.Ordinal);

    private List<int> Pids() => File.Exists(_pids) ? [.. File.ReadAllText(_pids).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)] : [];

    private static CommandScanner Scanner(Func<CommandOptions, CommandOptions> change, params string[] behaviour) =>
        new("tool", change(behaviour.Length > 0 ? Options with { Command = [s_fake, .. behaviour, "{sample}"] } : Options), TimeProvider.System);

    private static Task<string?> ProbeAsync(Func<CommandOptions, CommandOptions> change) => Scanner(change).ProbeAsync(Wait.Token);

    private Task<ScannerResult> RunAsync(params string[] behaviour) => RunAsync(o => o, behaviour);

    private Task<ScannerResult> RunAsync(Func<CommandOptions, CommandOptions> change, params string[] behaviour) =>
        Scanner(change, behaviour).ScanAsync(Make.Item(path: _sample), TestContext.Current.CancellationToken).AsTask();

    private static void AssertFailed(ScannerResult result, string reason)
    {
        Assert.Equal((ScanOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.Empty(result.Findings);
    }
}
