namespace MailScanBridge.Replies;

/// <summary>How verdicts travel back.</summary>
public sealed record ReplyOptions
{
    /// <summary>Time from acceptance until Zeek stops waiting for the verdict, default 60 s; a later one makes a <c>late</c> row.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time until an unacknowledged verdict is sent again, default 1 s; doubled at each repeat.</summary>
    public TimeSpan Resend { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time between two repeats, default 60 s.</summary>
    public TimeSpan MaxResend { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most repeats in one round, default 200 (every 100 ms): a node that comes back after a long absence is not flooded.</summary>
    public int MaxPerRound { get; init; } = 200;

    /// <summary>
    /// Time after which a verdict that nobody acknowledges is given up and its file removed, default 24 h: the node was killed, or
    /// does not come back. The verdict log has it all the same.
    /// </summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Most verdicts that wait for their acknowledgement, default 50,000; beyond it the oldest are given up as above. The metric
    /// <c>mailscan.verdicts.given_up</c> counts both, by cause. A node has far fewer, since its credit bounds what it asks.
    /// </summary>
    public int MaxUnacknowledged { get; init; } = 50_000;

    /// <summary>
    /// Most ends of traces remembered, default 10,000, for as long as <see cref="GiveUpAfter"/>; beyond it a good-bye is ignored
    /// (<c>mailscan.byes.ignored</c>), and its node's verdicts wait until they are given up.
    /// </summary>
    public int MaxGone { get; init; } = 10_000;
}
