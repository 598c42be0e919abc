using MailScanBridge.Routing;
using MailScanBridge.Telemetry;

namespace MailScanBridge.Scanning;

/// <summary>
/// Runs an item's plan step by step. A step whose scanner this machine does not have is reported as absent: a failure
/// (<c>tool_down</c>) where it is mandatory, a note where it is not. Safe for concurrent use.
/// </summary>
public sealed class ScanRunner(IReadOnlyDictionary<string, IScanner> scanners, TimeProvider time)
{
    /// <summary>Runs the plan. Throws only for <paramref name="cancellationToken"/>.</summary>
    public async Task<ScanReport> RunAsync(ScanPlan plan, CancellationToken cancellationToken)
    {
        var steps = new List<StepReport>(plan.Steps.Count);
        foreach (var step in plan.Steps)
        {
            var skip = WhyNot(step, plan, steps);
            if (skip is not null)
            {
                steps.Add(new StepReport(step.Scanner, null, step.Mandatory, LooksAtContent: false, null, skip, TimeSpan.Zero));
            }
            else if (scanners.TryGetValue(step.Scanner, out var scanner))
            {
                var started = time.GetTimestamp();
                var result = await scanner.ScanAsync(plan.Item, cancellationToken);
                var elapsed = time.GetElapsedTime(started);
                MailScanMetrics.Scanned(scanner.Name, result.Outcome, elapsed);
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
