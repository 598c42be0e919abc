using System.Diagnostics;
using System.Text.RegularExpressions;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>What holds of a tool whether it runs in the sandbox or without.</summary>
public abstract class CommandScannerContract : IDisposable
{
    protected static readonly string Fake = Path.Combine(AppContext.BaseDirectory, "FakeScanner");

    protected CommandScannerContract() => Sample = Folder.Write("sample", "content"u8.ToArray());

    internal TemporaryFolder Folder { get; } = new();

    protected string Sample { get; }

    /// <summary>A time for sleep(1) that no other test sleeps: found in the command line of whatever a tool started.</summary>
    protected string Marker { get; } = $"600.{Random.Shared.NextInt64(1_000_000_000, 9_999_999_999)}";

    /// <summary>The path by which the tool knows the sample.</summary>
    protected abstract string SampleInside { get; }

    protected abstract Sandbox Sandbox { get; }

    internal virtual CommandOptions Adapt(CommandOptions options) => options;

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
            o => o with { Command = ["/bin/echo", "found $(touch x) ; `id` * \"quoted\" {rules}:", "{sample}"], Files = new Dictionary<string, string> { ["rules"] = "/etc/hostname" } });

        Assert.Equal($"$(touch x) ; `id` * \"quoted\" /etc/hostname: {SampleInside}", Assert.Single(result.Findings).Name);
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
        var scan = RunAsync(o => o.Within(3), how, Marker);
        await Wait.UntilAsync(() => Alive() == processes, "the tool to be up");

        AssertFailed(await scan, Reasons.Timeout);
        await Wait.UntilAsync(() => Alive() == 0, "all of it to be gone");
    }

    [Fact]
    public async Task A_tool_that_drips_is_stopped_by_the_time_limit() =>
        AssertFailed(await RunAsync(o => o.Within(1), "drip"), Reasons.Timeout);

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
    public async Task A_program_that_is_not_there_is_a_tool_that_is_down()
    {
        AssertFailed(await RunAsync(o => o with { Command = ["/nowhere/tool", "{sample}"] }), Reasons.ToolDown);
        AssertFailed(await RunAsync(o => o with { Command = ["no-such-tool-anywhere", "{sample}"] }), Reasons.ToolDown);
        AssertFailed(await RunAsync(o => o with { Command = [Sample, "{sample}"] }), Reasons.ToolDown);
    }

    [Fact]
    public async Task What_is_larger_than_the_limit_is_not_scanned()
    {
        var item = Make.Item(path: Sample, content: new byte[11]);

        AssertFailed(await Scanner(o => o with { MaxSize = 10 }, "exit", "0").ScanAsync(item, Wait.Token), Reasons.TooLarge);
        Assert.Equal(ScanOutcome.NoOpinion, (await Scanner(o => o with { MaxSize = 11 }, "exit", "0").ScanAsync(item, Wait.Token)).Outcome);
    }

    [Fact]
    public async Task The_callers_cancellation_kills_the_tool_and_is_the_callers()
    {
        using var cancel = new CancellationTokenSource();
        var scan = Scanner(o => o, "hang", Marker).ScanAsync(Make.Item(path: Sample), cancel.Token).AsTask();
        await Wait.UntilAsync(() => Alive() == 1, "the tool to be up");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan.WaitAsync(Wait.Token));
        await Wait.UntilAsync(() => Alive() == 0, "the tool to be gone");
    }

    [Fact]
    public async Task No_more_run_at_a_time_than_allowed()
    {
        var scanner = Scanner(o => o.Within(1, concurrency: 2) with { Command = ["/bin/sh", "-c", $"exec sleep {Marker}", "sh", "{sample}"] });

        var scans = Enumerable.Range(0, 5).Select(_ => scanner.ScanAsync(Make.Item(path: Sample), Wait.Token).AsTask()).ToList();
        var most = 0;
        while (!scans.All(s => s.IsCompleted))
        {
            most = Math.Max(most, Alive());
            await Task.Delay(5, Wait.Token);
        }

        Assert.Equal(2, most);
        Assert.All(scans, s => AssertFailed(s.Result, Reasons.Timeout));
    }

    [Fact]
    public async Task The_probe_finds_what_is_there_and_says_what_is_missing()
    {
        var rules = Folder.Write("rules", []);
        var there = new CommandScanner("x", Adapt(Options) with { Files = new Dictionary<string, string> { ["rules"] = rules }, VersionCommand = ["/bin/echo", "tool 1.2.3\nmore"] }, Sandbox, TimeProvider.System);

        Assert.Null(await there.ProbeAsync(Wait.Token));
        Assert.Matches(@"^tool 1\.2\.3 \([0-9a-f]{8}\)$", there.Version);
        Assert.Null(await Scanner(o => o with { Command = ["sh", "{sample}"] }).ProbeAsync(Wait.Token));
        Assert.Equal("rules: /nowhere/rules does not exist", await ProbeAsync(o => o with { Files = new Dictionary<string, string> { ["rules"] = "/nowhere/rules" } }));
        Assert.Equal("/nowhere/tool is not on this machine", await ProbeAsync(o => o with { Command = ["/nowhere/tool", "{sample}"] }));
        Assert.Equal("no-such-tool is not on this machine", await ProbeAsync(o => o with { VersionCommand = ["no-such-tool", "--version"] }));
        Assert.Contains("does not tell its version", await ProbeAsync(o => o with { VersionCommand = [Fake, "exit", "3"] }), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected CommandOptions Options => new()
    {
        Command = [Fake, "{sample}"],
        Findings = [new FindingRule(new Regex("^found (?<name>.*)$"))],
        Read = [AppContext.BaseDirectory, DotNet],
        Environment = new Dictionary<string, string> { ["DOTNET_ROOT"] = DotNet },
        Limits = new SandboxLimits { MaxMemory = null }, // .NET reserves far more than it uses.
    };

    /// <summary>Where the runtime of this test, and so of FakeScanner, is.</summary>
    private static string DotNet => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));

    /// <summary>How many processes that carry the marker are up, not counting the sandbox's own.</summary>
    protected int Alive() => Processes.With(Marker);

    internal CommandScanner Scanner(Func<CommandOptions, CommandOptions> change, params string[] behaviour) =>
        new("tool", change(Adapt(Options).Within(25) with { Command = behaviour.Length > 0 ? [Fake, .. behaviour, "{sample}"] : [Fake, "{sample}"] }), Sandbox, TimeProvider.System);

    private Task<string?> ProbeAsync(Func<CommandOptions, CommandOptions> change) => Scanner(change).ProbeAsync(Wait.Token);

    protected Task<ScannerResult> RunAsync(params string[] behaviour) => RunAsync(o => o, behaviour);

    protected Task<ScannerResult> RunAsync(Func<CommandOptions, CommandOptions> change, params string[] behaviour) =>
        Scanner(change, behaviour).ScanAsync(Make.Item(path: Sample), TestContext.Current.CancellationToken).AsTask();

    protected static void AssertFailed(ScannerResult result, string reason)
    {
        Assert.Equal((ScanOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.Empty(result.Findings);
    }
}

internal static class CommandOptionsExtensions
{
    /// <summary>The same tool with other limits of time and number.</summary>
    public static CommandOptions Within(this CommandOptions options, int seconds, int concurrency = 2) =>
        options with { Guard = options.Guard with { Timeout = TimeSpan.FromSeconds(seconds), Concurrency = concurrency } };
}
