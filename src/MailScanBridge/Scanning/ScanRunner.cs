using System.Collections.Concurrent;
using MailScanBridge.Routing;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning;

/// <summary>
/// Runs an item's plan step by step. A step whose scanner this machine does not have is reported as absent: a failure
/// (<c>tool_down</c>) where it is mandatory, a note where it is not. What one scanner does wrong ends with its step: the others
/// still run, and what they found still counts. Safe for concurrent use.
/// </summary>
/// <param name="scanners">Those that are there, by name.</param>
/// <param name="metrics">Where times are measured.</param>
/// <param name="time">The clock.</param>
/// <param name="cache">What was found before; may be null.</param>
/// <param name="absent">Why the others are not, by name; may be null.</param>
public sealed class ScanRunner(
    IReadOnlyDictionary<string, IScanner> scanners, MailScanMetrics metrics, TimeProvider time, ScanCache? cache = null, IReadOnlyDictionary<string, string>? absent = null)
{
    /// <summary>Said of a step whose scanner is absent.</summary>
    public const string NotHere = "not on this machine";

    /// <summary>Said of a step whose scanner the configuration switches off.</summary>
    public const string SwitchedOff = "switched off (enabled: false)";

    private readonly ConcurrentDictionary<RouteStep, RateLimit> _rates = new(ReferenceEqualityComparer.Instance); // equal steps of two routes are two

    /// <summary>Runs the plan. Throws only for <paramref name="cancellationToken"/>.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="limit">Ends the time for the plan: the step that runs and the mandatory ones after it fail with <c>timeout</c>.</param>
    /// <param name="cancellationToken">Ends the work without a report.</param>
    /// <param name="leaveOut">Why optional steps are left out where the plan has a mandatory one; null where they are run.</param>
    public async Task<ScanReport> RunAsync(ScanPlan plan, CancellationToken limit, CancellationToken cancellationToken, string? leaveOut = null)
    {
        leaveOut = plan.Steps.Any(s => s.Mandatory) ? leaveOut : null;
        var steps = new List<StepReport>(plan.Steps.Count);
        foreach (var step in plan.Steps)
        {
            var skip = WhyNot(step, plan, steps);
            if (skip is null && leaveOut is not null && !step.Mandatory)
            {
                metrics.LeftOut();
                skip = leaveOut;
            }

            if (skip is not null)
            {
                steps.Add(new StepReport(step.Scanner, null, step.Mandatory, LooksAtContent: false, null, skip, TimeSpan.Zero));
            }
            else
            {
                steps.AddRange(await WithBackupAsync(step, plan.Item, limit, cancellationToken));
            }
        }

        return new ScanReport(plan.Item, steps);
    }

    /// <summary>A step, and its backup's where it needs one. Which of the two the item's proof hangs on is the one that worked.</summary>
    private async Task<StepReport[]> WithBackupAsync(RouteStep step, ScanItem item, CancellationToken limit, CancellationToken cancellationToken)
    {
        var first = await StepAsync(step, step.Scanner, item, limit, cancellationToken);
        if (step.Backup is not { } backup || !IsDown(first) || limit.IsCancellationRequested)
        {
            return [first];
        }

        var second = (await StepAsync(step, backup, item, limit, cancellationToken)) with { IsBackup = true };
        return IsDown(second) ? [first, second with { Mandatory = false }] : [first with { Mandatory = false }, second];
    }

    private static bool IsDown(StepReport step) => step.Result is null or { Outcome: ScanOutcome.Failed, Reason: Reasons.ToolDown or Reasons.Timeout };

    private async Task<StepReport> StepAsync(RouteStep step, string name, ScanItem item, CancellationToken limit, CancellationToken cancellationToken)
    {
        var mandatory = step.Mandatory;
        if (scanners.TryGetValue(name, out var found))
        {
            var scanner = StepScanner.Within(found, step, step.Rate is { } rate ? _rates.GetOrAdd(step, _ => new RateLimit(rate, time)) : null);
            var started = time.GetTimestamp();
            var (result, reused) = await RunAsync(scanner, item, limit, cancellationToken);
            var elapsed = time.GetElapsedTime(started);
            if (!reused)
            {
                metrics.Scanned(scanner.Name, result.Outcome, elapsed);
                if (result.RateLimited)
                {
                    metrics.RateLimited(scanner.Name);
                }
            }

            return new StepReport(name, scanner.Version, mandatory, scanner.LooksAtContent || result.KnownGood, result, null, elapsed) { Reused = reused };
        }

        var why = absent?.GetValueOrDefault(name) is { } known ? (known == SwitchedOff ? known : $"{NotHere}: {known}") : NotHere;
        return mandatory
            ? new StepReport(name, null, Mandatory: true, LooksAtContent: true, ScannerResult.Failed(Reasons.ToolDown, why), null, TimeSpan.Zero)
            : new StepReport(name, null, Mandatory: false, LooksAtContent: false, null, why, TimeSpan.Zero);
    }

    private async Task<(ScannerResult Result, bool Reused)> RunAsync(IScanner scanner, ScanItem item, CancellationToken limit, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit, cancellationToken);
        try
        {
            both.Token.ThrowIfCancellationRequested();
            return cache is null ? (await scanner.ScanAsync(item, both.Token), false) : await cache.ScanAsync(scanner, item, both.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return (limit.IsCancellationRequested
                ? ScannerResult.Failed(Reasons.Timeout, "the time for all parts was over (scan.timeout)")
                : ScannerResult.Failed(Reasons.ToolDown, $"{e.GetType().Name}: {e.Message}"), false);
        }
    }

    private static string? WhyNot(RouteStep step, ScanPlan plan, List<StepReport> done)
    {
        if (plan.Route is { StopAtMalicious: true } && done.Any(d => d.Result?.Findings.Any(f => f.Kind == VerdictKind.Malicious) == true))
        {
            return "malicious already";
        }

        if (!step.Mandatory && done.Any(d => d.Result is { KnownGood: true }) && !done.Any(d => d.Result is { Findings.Count: > 0 }))
        {
            return "known good";
        }

        return step.OnlyIfFlagged is { } earlier && !done.Any(d => d.Scanner == earlier && d.Result is { Findings.Count: > 0 })
            ? $"{earlier} found nothing"
            : null;
    }
}
