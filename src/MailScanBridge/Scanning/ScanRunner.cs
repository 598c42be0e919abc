using MailScanBridge.Routing;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning;

/// <summary>
/// Runs an item's plan step by step. A step whose scanner this machine does not have is reported as absent: a failure
/// (<c>tool_down</c>) where it is mandatory, a note where it is not. What one scanner does wrong ends with its step: the others
/// still run, and what they found still counts. Safe for concurrent use.
/// </summary>
public sealed class ScanRunner(IReadOnlyDictionary<string, IScanner> scanners, MailScanMetrics metrics, TimeProvider time)
{
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
            else if (scanners.TryGetValue(step.Scanner, out var scanner))
            {
                var started = time.GetTimestamp();
                var result = await RunAsync(scanner, plan.Item, limit, cancellationToken);
                var elapsed = time.GetElapsedTime(started);
                metrics.Scanned(scanner.Name, result.Outcome, elapsed);
                steps.Add(new StepReport(step.Scanner, scanner.Version, step.Mandatory, scanner.LooksAtContent, result, null, elapsed));
            }
            else if (step.Mandatory)
            {
                var absent = ScannerResult.Failed(Reasons.ToolDown, "not on this machine");
                steps.Add(new StepReport(step.Scanner, null, Mandatory: true, LooksAtContent: true, absent, null, TimeSpan.Zero));
            }
            else
            {
                steps.Add(new StepReport(step.Scanner, null, Mandatory: false, LooksAtContent: false, null, "not on this machine", TimeSpan.Zero));
            }
        }

        return new ScanReport(plan.Item, steps);
    }

    private static async Task<ScannerResult> RunAsync(IScanner scanner, ScanItem item, CancellationToken limit, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit, cancellationToken);
        try
        {
            both.Token.ThrowIfCancellationRequested();
            return await scanner.ScanAsync(item, both.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return limit.IsCancellationRequested
                ? ScannerResult.Failed(Reasons.Timeout, "the time for all parts was over (scan.timeout)")
                : ScannerResult.Failed(Reasons.ToolDown, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private static string? WhyNot(RouteStep step, ScanPlan plan, List<StepReport> done)
    {
        if (plan.Route is { StopAtMalicious: true } && done.Any(d => d.Result?.Findings.Any(f => f.Kind == VerdictKind.Malicious) == true))
        {
            return "malicious already";
        }

        return step.OnlyIfFlagged is { } earlier && !done.Any(d => d.Scanner == earlier && d.Result is { Findings.Count: > 0 })
            ? $"{earlier} found nothing"
            : null;
    }
}
