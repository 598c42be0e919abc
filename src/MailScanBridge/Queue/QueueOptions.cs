namespace MailScanBridge.Queue;

/// <summary>The journal and what may be open in it.</summary>
public sealed record QueueOptions
{
    /// <summary>Absolute path of the SQLite file. Its directory must exist.</summary>
    public required string JournalPath { get; init; }

    /// <summary>
    /// Most requests without a verdict, default 20,000. At the limit a new request is answered
    /// <c>unscanned: overload</c> at once; the metric <c>mailscan.queue.overload</c> counts them.
    /// </summary>
    public int MaxOpen { get; init; } = 20_000;

    /// <summary>Scans started before a request ends as <c>error: gave_up</c>, default 3. An attempt counts before it starts.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Time after which the row of a finished request is removed, default 24 hours. Until then a repeat gets the same answer.</summary>
    public TimeSpan KeepDone { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Most changes in one commit, default 512.</summary>
    public int MaxBatch { get; init; } = 512;
}
