using System.Globalization;
using MailScanBridge.Intake;
using MailScanBridge.Scanning;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Verdicts;

/// <summary>
/// Makes one verdict of everything that was found and everything that was not looked at: the worst proven finding wins;
/// where there is none, whatever was not scanned is said. Pure, safe for concurrent use.
/// </summary>
public static class VerdictMaker
{
    private const int MaxNames = 50;
    private const int MaxDetails = 5;

    /// <summary>What is missing, in the order in which it is named when several things are.</summary>
    private static readonly string[] ReasonOrder =
    [
        Reasons.Custody, Reasons.Truncated, Reasons.Encrypted, Reasons.Limits, Reasons.Damaged, Reasons.Unsupported,
        Reasons.TooLarge, Reasons.Timeout, Reasons.ToolDown, Reasons.NoScanner,
    ];

    /// <summary>Combines the reports of all items of one request.</summary>
    /// <param name="request">What Zeek said of the file; compared with what was scanned.</param>
    /// <param name="unpacked">The file first, then what was inside.</param>
    /// <param name="reports">One per item that was scanned; items with the same content may share one.</param>
    /// <param name="scanTime">From acceptance to now.</param>
    /// <param name="epoch">Of this daemon.</param>
    /// <param name="parts">Whether Zeek's parts of the mail are those found here; null where nothing was compared.</param>
    public static Verdict Make(FileRequest request, UnpackResult unpacked, IReadOnlyList<ScanReport> reports, TimeSpan scanTime, ulong epoch, PartCheck? parts = null)
    {
        var byContent = reports.ToDictionary(r => ScanKey(r.Item));
        var gaps = new List<Gap>();
        gaps.AddRange(WhatZeekMissed(request, unpacked.Items[0]));
        gaps.AddRange(unpacked.Problems.Select(p => new Gap(p.Item, p.Reason, p.Detail)));
        var notes = new List<(ScanItem Item, string Scanner, Finding Finding)>();
        var findings = new List<(ScanItem Item, string Scanner, Finding Finding)>();
        foreach (var item in unpacked.Items)
        {
            var report = byContent[ScanKey(item)];
            gaps.AddRange(Unproven(item, report));
            var found = report.Steps.Where(s => s.Result is not null).SelectMany(s => s.Result!.Findings.Select(f => (item, s.Scanner, f))).ToLookup(f => f.f.Kind == VerdictKind.Clean);
            findings.AddRange(found[false]);
            notes.AddRange(found[true]);
        }

        if (parts?.Finding is { } differs)
        {
            findings.Add((unpacked.Items[0], PartCheck.Source, differs));
        }

        findings.Sort((a, b) => (b.Finding.Kind, b.Finding.Score).CompareTo((a.Finding.Kind, a.Finding.Score)));
        var root = unpacked.Items[0];
        var kind = findings.Count > 0 ? findings[0].Finding.Kind : KindOf(gaps);
        var gap = gaps.OrderBy(g => Array.IndexOf(ReasonOrder, g.Reason)).FirstOrDefault();
        return new Verdict
        {
            Kind = kind,
            Reason = findings.Count > 0 ? "" : gap?.Reason ?? "",
            Detail = string.Join("; ", findings.Select(Describe).Distinct().Take(MaxDetails).Concat(gaps.Select(Describe).Distinct().Take(MaxDetails)).Concat(notes.Select(Describe).Distinct().Take(MaxDetails)).Concat(Passwords(unpacked).Take(MaxDetails))),
            Score = findings.Count > 0 ? findings.Max(f => f.Finding.Score) : 0,
            Names = [.. findings.Select(f => NameOf(f.Finding)).Distinct().Take(MaxNames)],
            Tools = [.. unpacked.Tools, .. ToolLines(reports), .. parts is null ? [] : new[] { parts.ToolLine }],
            PartsFound = unpacked.Items.Count,
            PartsScanned = unpacked.Items.Count(i => !gaps.Any(g => ReferenceEquals(g.Item, i))),
            Sha256 = root.Sha256,
            Size = root.Size,
            DetectedType = root.Type,
            ScanTime = scanTime,
            Epoch = epoch,
        };
    }

    /// <summary>Items with equal keys need to be scanned only once: same content, same type, same name (names are evidence too), in the same kind of container.</summary>
    public static (string Sha256, string Type, string? Name, string? ParentType, bool ShownAsPage) ScanKey(ScanItem item) =>
        (item.Sha256, item.Type, item.Name, item.Parent?.Type, item.IsShownAsPage);

    private static VerdictKind KindOf(List<Gap> gaps) =>
        gaps.Count == 0 ? VerdictKind.Clean : gaps.Any(g => g.Reason == Reasons.Custody) ? VerdictKind.Error : VerdictKind.Unscanned;

    /// <summary>A file that Zeek did not see whole, or that is not the file that Zeek saw.</summary>
    private static IEnumerable<Gap> WhatZeekMissed(FileRequest request, ScanItem file)
    {
        if (!request.Complete)
        {
            var why = request switch
            {
                { Cutoff: true } => "extraction stopped at the size limit",
                { MissingBytes: > 0 } => $"{request.MissingBytes} bytes were not seen on the wire",
                { OverflowBytes: > 0 } => $"{request.OverflowBytes} bytes were dropped by the reassembler",
                { TimedOut: true } or { TotalBytes: null } => "the end was not seen",
                _ => "fewer bytes came than were announced",
            };
            yield return new Gap(file, Reasons.Truncated, why);
            yield break;
        }

        if ((ulong)file.Size != request.SeenBytes)
        {
            yield return new Gap(file, Reasons.Custody, $"the file has {file.Size} bytes, Zeek saw {request.SeenBytes}");
        }
        else if (request.Sha256 is { } hash && !string.Equals(hash, file.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            yield return new Gap(file, Reasons.Custody, $"the file's SHA-256 is {file.Sha256}, Zeek saw {Printable.Text(hash, 64)}");
        }
    }

    /// <summary>What keeps one item from being clean.</summary>
    private static IEnumerable<Gap> Unproven(ScanItem item, ScanReport report)
    {
        foreach (var step in report.Steps.Where(s => s.Mandatory && s.Result?.Outcome == ScanOutcome.Failed))
        {
            yield return new Gap(item, step.Result!.Reason!, $"{step.Scanner}: {step.Result.Detail}");
        }

        // A malicious item needs no further proof: that later steps were left out is no gap.
        if (report.Steps.Any(s => s.Mandatory && s.Result?.Outcome == ScanOutcome.Failed)
            || report.Steps.Any(s => s.Result?.Findings.Any(f => f.Kind == VerdictKind.Malicious) == true))
        {
            yield break;
        }

        var content = report.Steps.Where(s => s.LooksAtContent && s.Result is not null).ToList();
        if (content.FirstOrDefault(s => s.Mandatory && s.Result!.Outcome == ScanOutcome.NoOpinion) is { } silent)
        {
            yield return new Gap(item, Reasons.NoScanner, $"{silent.Scanner} has no opinion on {item.Type}");
        }
        else if (!content.Any(s => s.Result!.Outcome == ScanOutcome.Scanned))
        {
            var failed = content.FirstOrDefault(s => s.Result!.Outcome == ScanOutcome.Failed);
            yield return failed is null
                ? new Gap(item, Reasons.NoScanner, $"no scanner here looks at the content of {item.Type}")
                : new Gap(item, failed.Result!.Reason!, $"{failed.Scanner}: {failed.Result.Detail}");
        }
    }

    /// <summary>A password may come from the mail: escaped like everything else from there.</summary>
    private static IEnumerable<string> Passwords(UnpackResult unpacked) => unpacked.Items
        .Where(i => i is { Password: not null, Parent: not null })
        .Select(i => $"opened: {Where(i.Parent!)} with the password \"{Printable.Text(i.Password, 60)}\"")
        .Distinct();

    private static string Describe((ScanItem Item, string Scanner, Finding Finding) found) =>
        $"{found.Scanner}: {NameOf(found.Finding)} in {Where(found.Item)}{(found.Finding.Detail is { } d ? $" ({Printable.Text(d, 120)})" : "")}";

    /// <summary>Tools take names from what they scan: escaped here, once, for everything that prints a verdict.</summary>
    private static string NameOf(Finding finding) => Printable.Text(finding.Name, 120);

    private static string Describe(Gap gap) => $"{gap.Reason}: {Where(gap.Item)}: {Printable.Text(gap.Detail, 200)}";

    /// <summary>The way from the file to the item, outermost first.</summary>
    public static string Where(ScanItem item)
    {
        var path = new List<string>();
        for (var at = item; at is not null && path.Count < 16; at = at.Parent)
        {
            path.Add(at.Name is { Length: > 0 } name ? $"\"{Printable.Text(name, 60)}\"" : at.Type);
        }

        path.Reverse();
        return string.Join(" > ", path);
    }

    private static List<string> ToolLines(IReadOnlyList<ScanReport> reports) =>
    [
        .. reports
            .SelectMany(r => r.Steps)
            .GroupBy(s => s.Scanner)
            .Select(g => string.Create(
                CultureInfo.InvariantCulture,
                $"{g.Key}{(g.Select(s => s.Version).FirstOrDefault(v => v is not null) is { } v ? $" {v}" : "")}: {Summary([.. g])}")),
    ];

    private static string Summary(IReadOnlyList<StepReport> steps)
    {
        var ran = steps.Where(s => s.Result is not null).ToList();
        if (ran.Count == 0)
        {
            return $"did not run ({steps[0].Skipped})";
        }

        var found = ran.Sum(s => s.Result!.Findings.Count(f => f.Kind != VerdictKind.Clean));
        var failed = ran.Where(s => s.Result!.Outcome == ScanOutcome.Failed).ToList();
        var result = found > 0 ? $"{found} found" : failed.Count > 0 ? $"failed: {failed[0].Result!.Reason}" : ran.Any(s => s.Result!.Outcome == ScanOutcome.Scanned) ? "nothing found" : "no opinion";
        var reused = ran.Count(s => s.Reused);
        return string.Create(CultureInfo.InvariantCulture, $"{result} ({ran.Count} parts in {ran.Sum(s => s.Elapsed.TotalMilliseconds):0.0} ms{(reused > 0 ? $", {reused} known by their content" : "")})");
    }

    private sealed record Gap(ScanItem Item, string Reason, string Detail);
}
