namespace MailScanBridge.Intake;

/// <summary>Where files come from and where they are kept.</summary>
public sealed record CustodyOptions
{
    /// <summary>Absolute directory into which Zeek extracts. Files are taken from directly inside it, nowhere else.</summary>
    public required string Spool { get; init; }

    /// <summary>Absolute directory of the daemon's own (mode 0700). Best on the spool's file system, so that taking a file is a rename.</summary>
    public required string Store { get; init; }

    /// <summary>
    /// Time after which what was set aside goes (files that were swapped while they were taken, in the store's <c>rejected</c>), default 7 days;
    /// <c>mailscan.rejected.removed</c> counts them.
    /// </summary>
    public TimeSpan RejectedMaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Most bytes set aside, default 100 MiB: the oldest go first.</summary>
    public long RejectedMaxBytes { get; init; } = 100L << 20;

    /// <summary>
    /// Time for which a file lies in the spool unchanged before it is named in the log as one that nobody asks about, default 10 minutes: a Zeek that was
    /// killed leaves such. It stays where it is; the metric <c>mailscan.spool.strays</c> tells how many there are.
    /// </summary>
    public TimeSpan StrayAfter { get; init; } = TimeSpan.FromMinutes(10);
}
