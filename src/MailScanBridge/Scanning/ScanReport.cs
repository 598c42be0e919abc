using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning;

/// <summary>What became of one step of an item's plan.</summary>
/// <param name="Scanner">The scanner's name.</param>
/// <param name="Version">Its version, or null.</param>
/// <param name="Mandatory">Whether the item may be clean without it.</param>
/// <param name="LooksAtContent">Whether a finished scan proves something about the whole content.</param>
/// <param name="Result">What it said; null where it did not run.</param>
/// <param name="Skipped">Why it did not run; null where it did.</param>
/// <param name="Elapsed">How long it ran.</param>
public sealed record StepReport(
    string Scanner, string? Version, bool Mandatory, bool LooksAtContent, ScannerResult? Result, string? Skipped, TimeSpan Elapsed)
{
    /// <summary>True where the result is that of an earlier scan of the same content, or of one that ran at the same time.</summary>
    public bool Reused { get; init; }

    /// <summary>True where this scanner took the step before it, as its backup.</summary>
    public bool IsBackup { get; init; }
}

/// <summary>Everything that was done with one item.</summary>
public sealed record ScanReport(ScanItem Item, IReadOnlyList<StepReport> Steps);
