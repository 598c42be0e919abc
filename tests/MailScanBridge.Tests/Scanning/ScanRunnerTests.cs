using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Scanning;

public sealed class ScanRunnerTests
{
    private static readonly Finding s_bad = new("Bad", VerdictKind.Malicious, 100);
    private static readonly Finding s_odd = new("Odd", VerdictKind.Suspicious, 60);

    [Fact]
    public async Task Steps_run_in_order_and_report_what_each_said()
    {
        var report = await RunAsync([new RouteStep("a"), new RouteStep("b", Mandatory: false)], ("a", _ => ScannerResult.Scanned()), ("b", _ => ScannerResult.NoOpinion(s_odd)));

        Assert.Equal(["a", "b"], report.Steps.Select(s => s.Scanner));
        Assert.Equal([true, false], report.Steps.Select(s => s.Mandatory));
        Assert.Equal([ScanOutcome.Scanned, ScanOutcome.NoOpinion], report.Steps.Select(s => s.Result!.Outcome));
        Assert.Equal("v a", report.Steps[0].Version);
    }

    [Fact]
    public async Task An_absent_scanner_is_a_failure_where_it_is_mandatory_and_a_note_where_it_is_not()
    {
        var report = await RunAsync([new RouteStep("gone"), new RouteStep("gone too", Mandatory: false), new RouteStep("a")], ("a", _ => ScannerResult.Scanned()));

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (report.Steps[0].Result!.Outcome, report.Steps[0].Result!.Reason));
        Assert.Null(report.Steps[1].Result);
        Assert.Equal("not on this machine", report.Steps[1].Skipped);
        Assert.Equal(ScanOutcome.Scanned, report.Steps[2].Result!.Outcome);
    }

    [Theory]
    [InlineData(true, "malicious already")]
    [InlineData(false, null)]
    public async Task After_a_proof_the_later_steps_are_left_out_if_the_route_says_so(bool stop, string? skipped)
    {
        var report = await RunAsync([new RouteStep("a"), new RouteStep("b")], stop, ("a", _ => ScannerResult.NoOpinion(s_bad)), ("b", _ => ScannerResult.Scanned()));

        Assert.Equal(skipped, report.Steps[1].Skipped);
        Assert.Equal(skipped is null, report.Steps[1].Result is not null);
    }

    [Fact]
    public async Task A_suspicion_stops_nothing()
    {
        var report = await RunAsync([new RouteStep("a"), new RouteStep("b")], ("a", _ => ScannerResult.NoOpinion(s_odd)), ("b", _ => ScannerResult.Scanned()));

        Assert.NotNull(report.Steps[1].Result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_step_with_a_condition_runs_only_when_the_earlier_one_found_something(bool found)
    {
        var report = await RunAsync(
            [new RouteStep("a"), new RouteStep("b", OnlyIfFlagged: "a")], ("a", _ => found ? ScannerResult.Scanned(s_odd) : ScannerResult.Scanned()), ("b", _ => ScannerResult.Scanned()));

        Assert.Equal(found, report.Steps[1].Result is not null);
        Assert.Equal(found ? null : "a found nothing", report.Steps[1].Skipped);
    }

    [Fact]
    public async Task A_condition_on_a_scanner_that_is_absent_is_not_met()
    {
        var report = await RunAsync([new RouteStep("a", Mandatory: false), new RouteStep("b", OnlyIfFlagged: "a")], ("b", _ => ScannerResult.Scanned()));

        Assert.Null(report.Steps[1].Result);
    }

    [Fact]
    public async Task A_note_is_a_flag_and_no_suspicion()
    {
        var report = await RunAsync(
            [new RouteStep("a"), new RouteStep("b", OnlyIfFlagged: "a")], ("a", _ => ScannerResult.Scanned(new Finding("note", VerdictKind.Clean, 0, "context"))), ("b", _ => ScannerResult.Scanned()));

        Assert.NotNull(report.Steps[1].Result);
    }

    [Theory]
    [InlineData(Reasons.ToolDown, true)]
    [InlineData(Reasons.Timeout, true)]
    [InlineData(Reasons.Encrypted, false)]
    [InlineData(Reasons.TooLarge, false)]
    [InlineData(null, false)]
    public async Task A_backup_takes_the_step_where_the_first_is_down(string? reason, bool taken)
    {
        var report = await RunAsync(
            [new RouteStep("a", Backup: "b")], ("a", _ => reason is null ? ScannerResult.Scanned() : ScannerResult.Failed(reason, "why")), ("b", _ => ScannerResult.Scanned()));

        (string, bool)[] expected = taken ? [("a", false), ("b", true)] : [("a", true)];
        Assert.Equal(expected, report.Steps.Select(s => (s.Scanner, s.Mandatory)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_backup_takes_the_step_where_the_first_is_absent(bool mandatory)
    {
        var report = await RunAsync([new RouteStep("gone", mandatory, Backup: "b")], ("b", _ => ScannerResult.Scanned(s_bad)));

        Assert.Equal([("gone", false), ("b", mandatory)], report.Steps.Select(s => (s.Scanner, s.Mandatory)));
        Assert.Equal([s_bad], report.Steps[1].Result!.Findings);
    }

    [Fact]
    public async Task With_the_backup_down_too_the_step_has_failed()
    {
        var report = await RunAsync([new RouteStep("gone", Backup: "b")], ("b", _ => ScannerResult.Failed(Reasons.ToolDown, "no")));

        Assert.Equal([("gone", true, Reasons.ToolDown), ("b", false, Reasons.ToolDown)], report.Steps.Select(s => (s.Scanner, s.Mandatory, s.Result!.Reason!)));
    }

    [Fact]
    public async Task Why_a_mandatory_scanner_is_absent_is_said()
    {
        var runner = new ScanRunner(new Dictionary<string, IScanner>(), new MailScanMetrics(), TimeProvider.System, absent: new Dictionary<string, string> { ["a"] = "no sandbox: because" });

        var report = await runner.RunAsync(Plan([new RouteStep("a"), new RouteStep("a", Mandatory: false)], stop: true), CancellationToken.None, Wait.Token);

        Assert.Equal("not on this machine: no sandbox: because", report.Steps[0].Result!.Detail);
        Assert.Equal("not on this machine: no sandbox: because", report.Steps[1].Skipped);
    }

    [Fact]
    public async Task A_scanner_that_throws_spoils_only_its_own_step()
    {
        var report = await RunAsync([new RouteStep("a"), new RouteStep("b")], ("a", _ => throw new InvalidOperationException("broken")), ("b", _ => ScannerResult.Scanned(s_bad)));

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (report.Steps[0].Result!.Outcome, report.Steps[0].Result!.Reason));
        Assert.Contains("broken", report.Steps[0].Result!.Detail, StringComparison.Ordinal);
        Assert.Equal([s_bad], report.Steps[1].Result!.Findings);
    }

    [Fact]
    public async Task At_the_time_limit_what_was_found_before_still_counts_and_the_rest_is_said_to_be_late()
    {
        using var limit = new CancellationTokenSource();
        var runner = Runner(
            ("a", _ => ScannerResult.Scanned(s_bad)),
            ("b", token =>
            {
                limit.Cancel();
                token.ThrowIfCancellationRequested();
                return ScannerResult.Scanned();
            }
        ),
            ("c", _ => ScannerResult.Scanned()));

        var report = await runner.RunAsync(Plan([new RouteStep("a"), new RouteStep("b"), new RouteStep("c")], stop: false), limit.Token, Wait.Token);

        Assert.Equal([s_bad], report.Steps[0].Result!.Findings);
        Assert.Equal([Reasons.Timeout, Reasons.Timeout], report.Steps.Skip(1).Select(s => s.Result!.Reason!));
    }

    [Fact]
    public async Task The_end_of_the_daemon_is_no_report()
    {
        using var stop = new CancellationTokenSource();
        var runner = Runner(("a", token =>
        {
            stop.Cancel();
            token.ThrowIfCancellationRequested();
            return ScannerResult.Scanned();
        }
        ));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runner.RunAsync(Plan([new RouteStep("a")], stop: true), CancellationToken.None, stop.Token));
    }

    [Fact]
    public async Task A_known_answer_is_used_and_said_to_be_one_and_conditions_still_hold()
    {
        var scans = 0;
        using var metrics = new MailScanMetrics();
        var scanners = new Dictionary<string, IScanner>
        {
            ["a"] = new FakeScanner("a", (_, _) => ValueTask.FromResult(scans++ == 0 ? ScannerResult.Scanned(s_odd) : ScannerResult.Scanned())),
            ["b"] = new FakeScanner("b", (_, _) => ValueTask.FromResult(ScannerResult.Scanned())),
        };
        var runner = new ScanRunner(scanners, metrics, TimeProvider.System, new ScanCache(new ScanCacheOptions(), metrics, TimeProvider.System));
        var plan = Plan([new RouteStep("a"), new RouteStep("b", OnlyIfFlagged: "a")], stop: true);

        var first = await runner.RunAsync(plan, CancellationToken.None, Wait.Token);
        var second = await runner.RunAsync(plan, CancellationToken.None, Wait.Token);

        Assert.Equal([false, false], first.Steps.Select(s => s.Reused));
        Assert.Equal([true, true], second.Steps.Select(s => s.Reused));
        Assert.Equal(1, scans);
    }

    [Fact]
    public async Task A_request_whose_time_is_over_fails_no_other_that_waited_for_its_scan()
    {
        using var metrics = new MailScanMetrics();
        using var limit = new CancellationTokenSource();
        var scans = 0;
        var scanner = new FakeScanner("a", async (_, token) =>
        {
            if (Interlocked.Increment(ref scans) == 1)
            {
                await Task.Delay(Timeout.Infinite, token);
            }

            return ScannerResult.Scanned(s_bad);
        });
        var runner = new ScanRunner(new Dictionary<string, IScanner> { ["a"] = scanner }, metrics, TimeProvider.System, new ScanCache(new ScanCacheOptions(), metrics, TimeProvider.System));
        var plan = Plan([new RouteStep("a")], stop: true);

        var late = runner.RunAsync(plan, limit.Token, Wait.Token);
        var other = runner.RunAsync(plan, CancellationToken.None, Wait.Token);
        await limit.CancelAsync();

        Assert.Equal(Reasons.Timeout, (await late).Steps[0].Result!.Reason);
        Assert.Equal([s_bad], (await other).Steps[0].Result!.Findings);
    }

    [Fact]
    public async Task Known_good_leaves_out_optional_steps_and_never_mandatory_ones()
    {
        var report = await RunAsync(
            [new RouteStep("good", Mandatory: false), new RouteStep("optional", Mandatory: false), new RouteStep("mandatory")],
            ("good", _ => ScannerResult.Scanned() with { KnownGood = true }), ("optional", _ => ScannerResult.Scanned(s_odd)), ("mandatory", _ => ScannerResult.Failed(Reasons.Timeout, "")));

        Assert.True(report.Steps[0].LooksAtContent || report.Steps[0].Result!.KnownGood);
        Assert.Equal("known good", report.Steps[1].Skipped);
        Assert.Equal(Reasons.Timeout, report.Steps[2].Result!.Reason);
    }

    [Fact]
    public async Task What_is_known_good_and_found_bad_is_looked_at_by_all()
    {
        var report = await RunAsync(
            [new RouteStep("bad", Mandatory: false), new RouteStep("good", Mandatory: false), new RouteStep("optional", Mandatory: false)],
            ("bad", _ => ScannerResult.NoOpinion(s_odd)), ("good", _ => ScannerResult.Scanned() with { KnownGood = true }), ("optional", _ => ScannerResult.Scanned()));

        Assert.NotNull(report.Steps[2].Result);
    }

    private static ScanPlan Plan(IReadOnlyList<RouteStep> steps, bool stop) => new(Make.Item(), new Route("r", ["*"], steps, stop));

    private static ScanRunner Runner(params (string Name, Func<CancellationToken, ScannerResult> Scan)[] scanners) =>
        new(scanners.ToDictionary(s => s.Name, s => (IScanner)new FakeScanner(s.Name, (_, token) => ValueTask.FromResult(s.Scan(token)))), new MailScanMetrics(), TimeProvider.System);

    private static Task<ScanReport> RunAsync(IReadOnlyList<RouteStep> steps, params (string Name, Func<CancellationToken, ScannerResult> Scan)[] scanners) =>
        RunAsync(steps, true, scanners);

    private static Task<ScanReport> RunAsync(IReadOnlyList<RouteStep> steps, bool stop, params (string Name, Func<CancellationToken, ScannerResult> Scan)[] scanners) =>
        Runner(scanners).RunAsync(Plan(steps, stop), CancellationToken.None, Wait.Token);
}
