namespace MailScanBridge.Retention;

/// <summary>Which files are kept after their verdict, where, and for how long.</summary>
public sealed record QuarantineOptions
{
    /// <summary>Absolute directory, made with mode 0700 where it is missing.</summary>
    public required string Path { get; init; }

    /// <summary>Files with these verdicts are kept, default malicious alone. Empty: none are, and what is kept already stays until its time.</summary>
    public IReadOnlyList<VerdictKind> Verdicts { get; init; } = [VerdictKind.Malicious];

    /// <summary>Of the zips, default <c>infected</c>: no secret, it keeps scanners and people from opening them by accident.</summary>
    public string Password { get; init; } = "infected";

    /// <summary>Time after which a file goes, default 90 days from when it was last seen; <c>mailscan.quarantine.removed</c> counts them.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Most bytes of the whole directory, default 1 GiB: the oldest go first. A file that is larger by itself is not kept
    /// (<c>mailscan.quarantine.not_kept</c>).
    /// </summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Bytes to leave free on its file system, default 512 MiB: below, the oldest go first, then nothing new is kept. 0: no floor.</summary>
    public long MinFree { get; init; } = 512L << 20;

    /// <summary>
    /// Most files that wait to be kept, default 10,000; they stay in the store meanwhile. Beyond it a file is not kept (<c>mailscan.quarantine.not_kept</c>).
    /// </summary>
    public int MaxWaiting { get; init; } = 10_000;

    /// <summary>Most origins noted for one content, default 100; further ones are only counted, in its <c>origins_total</c>.</summary>
    public int MaxOrigins { get; init; } = 100;
}
