using System.Globalization;
using System.Text.Json;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;

namespace MailScanBridge.Daemon.Scan;

/// <summary>Says how a type was found, which plan followed from it, and why each of its steps ran or did not.</summary>
internal static class Explanation
{
    /// <summary>Looks at the parts while they are on the disk.</summary>
    public static IEnumerable<ExplainedItem> Of(UnpackResult unpacked, IReadOnlyList<ScanReport> reports)
    {
        var byContent = reports.ToDictionary(r => VerdictMaker.ScanKey(r.Item));
        return unpacked.Items.Select(item => new ExplainedItem(item, How(item), byContent[VerdictMaker.ScanKey(item)]));
    }

    /// <summary>Lines for one part: type, route, and its steps with what became of them.</summary>
    public static IEnumerable<string> Lines(ExplainedItem explained, Router router, IReadOnlyList<FoundScanner> scanners)
    {
        var (item, how, report) = explained;
        var plan = router.Plan(item);
        foreach (var line in Head(item, how, plan))
        {
            yield return line;
        }

        foreach (var (step, done) in Pairs(plan, report))
        {
            yield return $"    {done.Scanner} ({Condition(step, done)}): {Became(done)}";
        }

        yield return $"    proof that all of it was scanned: {Proof(report)}";
    }

    /// <summary>Lines for a file before it is scanned.</summary>
    public static IEnumerable<string> PlanLines(ScanItem item, string how, ScanPlan plan, IReadOnlyList<FoundScanner> scanners) =>
        Head(item, how, plan)
            .Concat(plan.Steps.SelectMany(step => (string[])
            [
                $"    {step.Scanner} ({Condition(step)}): {Presence(step, step.Scanner, scanners)}",
                .. step.Backup is { } backup ? [$"    {backup} (backup of {step.Scanner}): {Presence(step, backup, scanners)}"] : Array.Empty<string>(),
            ]))
            .Concat(plan.Steps.Count == 0 ? [] : [$"    clean needs: {Needs(plan, scanners)}"]);

    /// <summary>The same as <see cref="Lines"/>, as a member <c>parts</c>.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ExplainedItem> explained, Router router, IReadOnlyList<FoundScanner> scanners)
    {
        json.WriteStartArray("parts");
        foreach (var (item, how, report) in explained)
        {
            var plan = router.Plan(item);
            json.WriteStartObject();
            json.WriteString("part", VerdictMaker.Where(item));
            json.WriteString("type", item.Type);
            json.WriteString("type_by", how);
            json.WriteString("route", plan.Route?.Name);
            json.WriteStartArray("steps");
            foreach (var (step, done) in Pairs(plan, report))
            {
                json.WriteStartObject();
                json.WriteString("scanner", done.Scanner);
                json.WriteString("when", Condition(step, done));
                json.WriteBoolean("ran", done.Result is not null);
                json.WriteString("result", Became(done));
                json.WriteNumber("ms", Math.Round(done.Elapsed.TotalMilliseconds, 3));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("proof");
            foreach (var scanner in Provers(report))
            {
                json.WriteStringValue(scanner);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<string> Head(ScanItem item, string how, ScanPlan plan)
    {
        yield return $"  {VerdictMaker.Where(item)}";
        yield return $"    type: {item.Type}, {item.Size} bytes, by {how}{(item.DeclaredType is { } declared ? $"; declared as {Printable.Text(declared, 80)}" : "")}";
        yield return plan.Route is { } route
            ? $"    route: \"{Printable.Text(route.Name, 60)}\", by its type {route.PatternFor(item.Type)}{(route.StopAtMalicious ? "; ends at the first malicious finding" : "; runs all its steps")}"
            : "    route: none serves this type";
    }

    /// <summary>By what a type was found: asked again of the content, since structure may have outranked it.</summary>
    public static string How(ScanItem item)
    {
        var (type, how) = ContentTypes.ExamineFile(item.Path);
        return type == item.Type ? how : $"its place in {item.Parent?.Type ?? "what was declared"}";
    }

    private static string Condition(RouteStep step) =>
        $"{(step.Mandatory ? "mandatory" : "optional")}{(step.OnlyIfFlagged is { } earlier ? $", only if {earlier} found something" : "")}";

    private static string Condition(RouteStep step, StepReport done) => done.IsBackup ? $"backup of {step.Scanner}" : Condition(step);

    /// <summary>What was done, each with its step: a step that its backup took has two.</summary>
    private static IEnumerable<(RouteStep Step, StepReport Done)> Pairs(ScanPlan plan, ScanReport report)
    {
        var at = -1;
        foreach (var done in report.Steps)
        {
            at += done.IsBackup ? 0 : 1;
            yield return (plan.Steps[at], done);
        }
    }

    private static string Presence(RouteStep step, string scanner, IReadOnlyList<FoundScanner> scanners) =>
        scanners.FirstOrDefault(s => s.Name == scanner) is { Absent: { } absent }
            ? absent == ScanRunner.SwitchedOff ? absent : $"absent: {Printable.Text(absent)}"
            : step.OnlyIfFlagged is null && scanner == step.Scanner ? "will run" : "may run";

    private static IEnumerable<string> Provers(ScanReport report) =>
        report.Steps.Where(s => s.LooksAtContent && s.Result?.Outcome == ScanOutcome.Scanned).Select(s => s.Scanner);

    private static string Proof(ScanReport report) => string.Join(", ", Provers(report).DefaultIfEmpty("none"));

    /// <summary>What must have scanned all of an item before it is clean: every mandatory step, or else any that looks at content.</summary>
    private static string Needs(ScanPlan plan, IReadOnlyList<FoundScanner> scanners)
    {
        var mandatory = plan.Steps.Where(s => s.Mandatory).Select(s => s.Scanner).ToList();
        if (mandatory.Count > 0)
        {
            return $"{string.Join(" and ", mandatory)}; nothing that is optional";
        }

        var provers = plan.Steps.SelectMany(s => (string?[])[s.Scanner, s.Backup]).Where(n => scanners.Any(s => s.Name == n && s.Scanner is { LooksAtContent: true })).ToList();
        return provers.Count > 0 ? $"one of {string.Join(", ", provers)}" : "a scanner that looks at content, and there is none here";
    }

    private static string Became(StepReport step)
    {
        if (step.Result is not { } result)
        {
            return $"did not run: {Printable.Text(step.Skipped ?? "")}";
        }

        var outcome = result.Outcome switch
        {
            ScanOutcome.Scanned => "scanned all of it",
            ScanOutcome.NoOpinion => "ran, and proves nothing of what it did not find",
            _ => $"failed: {result.Reason}: {Printable.Text(result.Detail)}",
        };
        var found = result.Findings.Count == 0 ? "found nothing" : "found " + string.Join(", ", result.Findings.Select(f => Printable.Text(f.Name, 120)).Take(10));
        var detail = result.Outcome != ScanOutcome.Failed && result.Detail is { } text ? $" ({Printable.Text(text)})" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{outcome}{detail}; {found} ({(step.Reused ? "known by its content, " : "")}{step.Elapsed.TotalMilliseconds:0.0} ms)");
    }
}
