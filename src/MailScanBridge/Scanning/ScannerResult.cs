namespace MailScanBridge.Scanning;

/// <summary>How one scanner ended with one item.</summary>
public enum ScanOutcome
{
    /// <summary>Positive proof that all of the item was scanned. Findings, if any, are listed beside it.</summary>
    Scanned,

    /// <summary>The scanner ran, and proves nothing about what it did not find (a hash list's miss).</summary>
    NoOpinion,

    /// <summary>No proof that all of the item was scanned; <see cref="ScannerResult.Reason"/> says why. Findings still count.</summary>
    Failed,
}

/// <summary>Something a scanner found in an item.</summary>
/// <param name="Name">The name the tool gave it, such as <c>Eicar-Test-Signature</c>. May be attacker text: escape on output.</param>
/// <param name="Kind"><see cref="VerdictKind.Suspicious"/> or <see cref="VerdictKind.Malicious"/>; or <see cref="VerdictKind.Clean"/> for a note, which
/// speaks against nobody, but lets a later step run and stands in the verdict's detail.</param>
/// <param name="Score">0 to 100; 0 for a note.</param>
/// <param name="Detail">One line for people, or null.</param>
public sealed record Finding(string Name, VerdictKind Kind, int Score, string? Detail = null);

/// <summary>What one scanner says of one item.</summary>
/// <param name="Outcome">Whether all of the item was scanned.</param>
/// <param name="Findings">What was found; empty where nothing was.</param>
/// <param name="Reason">One of <see cref="Reasons"/> where <paramref name="Outcome"/> is <see cref="ScanOutcome.Failed"/>, else null.</param>
/// <param name="Detail">One line for people, or null.</param>
public sealed record ScannerResult(ScanOutcome Outcome, IReadOnlyList<Finding> Findings, string? Reason = null, string? Detail = null)
{
    /// <summary>True where the content is one that the operator's list knows as good: that is proof of all of it, and optional steps are left out.</summary>
    public bool KnownGood { get; init; }

    /// <summary>True where the scanner did not run because it had run too often (<c>rate</c>).</summary>
    public bool RateLimited { get; init; }

    public static ScannerResult Scanned(params IReadOnlyList<Finding> findings) => new(ScanOutcome.Scanned, findings);

    public static ScannerResult NoOpinion(params IReadOnlyList<Finding> findings) => new(ScanOutcome.NoOpinion, findings);

    public static ScannerResult Failed(string reason, string detail, params IReadOnlyList<Finding> findings) =>
        new(ScanOutcome.Failed, findings, reason, detail);
}
