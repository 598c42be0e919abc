namespace MailScanBridge.Queue;

/// <summary>The journal and what may be open in it.</summary>
public sealed record QueueOptions
{
    /// <summary>Absolute path of the SQLite file. Its directory must exist.</summary>
    public required string JournalPath { get; init; }

    /// <summary>
    /// Most requests without a verdict, default 20,000. At the limit a new request is answered
    /// <c>unscanned: overload</c> at once, and its file kept for a later scan; the metric <c>mailscan.queue.overload</c> counts them. What
    /// a node asks that reads a trace is taken all the same, up to <see cref="MaxOpenTrace"/>: it stops reading where too many of its requests are open, and waits.
    /// </summary>
    public int MaxOpen { get; init; } = 20_000;

    /// <summary>The same for what nodes ask that read a trace, default 200,000.</summary>
    public int MaxOpenTrace { get; init; } = 200_000;

    /// <summary>Scans started before a request ends as <c>error: gave_up</c>, default 3. An attempt counts before it starts.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>
    /// Time after a start until what was being scanned when the daemon died is scanned again, default 2 s, one at a time: whoever kills daemons one after
    /// another, such as an operator or the kernel, finds them at work on something else, and no file ends as <c>gave_up</c> for being near.
    /// </summary>
    public TimeSpan SuspectAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time after which the row of a finished request is removed, default 24 hours. Until then a repeat gets the same answer.</summary>
    public TimeSpan KeepDone { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Most rows of finished requests, default 20,000, some 10 kB of memory each; beyond it the oldest are removed before their time. The metric
    /// <c>mailscan.queue.done_early</c> counts them.
    /// </summary>
    public int MaxDone { get; init; } = 20_000;

    /// <summary>Time after which the counts of a node's incarnation are removed that was not heard of since, default 7 days.</summary>
    public TimeSpan KeepLedger { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Most incarnations of nodes that are counted at a time, default 100,000; a new one beyond it is not, so its ledger will not balance. The metric
    /// <c>mailscan.ledger.left_out</c> counts what was not counted.
    /// </summary>
    public int MaxNodes { get; init; } = 100_000;

    /// <summary>Time after which a seqno that has not arrived is told as missing, default 60 s.</summary>
    public TimeSpan GapAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most files kept for a later scan at a time, default 10,000; beyond it a request given up for overload is given up for good.</summary>
    public int MaxLater { get; init; } = 10_000;

    /// <summary>Most bytes of such files, default 1 GiB.</summary>
    public long MaxLaterBytes { get; init; } = 1L << 30;

    /// <summary>Most changes in one commit, default 512.</summary>
    public int MaxBatch { get; init; } = 512;
}
