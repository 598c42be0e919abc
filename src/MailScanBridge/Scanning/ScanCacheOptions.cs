namespace MailScanBridge.Scanning;

/// <summary>How long a scanner's answer to a content holds for the same content again.</summary>
public sealed record ScanCacheOptions
{
    /// <summary>For how long an answer without a finding holds. Default 10 minutes: what no tool knows now it may know soon.</summary>
    public TimeSpan KeepClean { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For how long an answer with findings holds. Default 24 hours.</summary>
    public TimeSpan KeepBad { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Most answers kept, default 100,000 (about 200 bytes each). Beyond it the one that was not asked for the longest is
    /// forgotten (counter <c>mailscan.cache.evicted</c>). 0: none are kept, and scans that run at the same time still join.
    /// </summary>
    public int MaxEntries { get; init; } = 100_000;
}
