namespace MailScanBridge.Queue;

/// <summary>
/// What the daemon counted for one incarnation of one node. Each count changes in the commit of the change it counts, so it
/// is as true after a crash as the journal is. Counts of requests, unless said otherwise.
/// </summary>
public sealed record NodeLedger
{
    /// <summary>Lowest seqno that is counted: 1, or a later one where this journal is younger than the node.</summary>
    public long First { get; init; } = 1;

    /// <summary>Highest seqno that arrived, or that the node said it had sent.</summary>
    public long Highest { get; init; }

    /// <summary>Accepted, repeats not counted.</summary>
    public long Accepted { get; init; }

    public long Malicious { get; init; }

    public long Suspicious { get; init; }

    public long Error { get; init; }

    public long Unscanned { get; init; }

    public long Clean { get; init; }

    /// <summary>Verdicts of later scans, beyond the first.</summary>
    public long Rescans { get; init; }

    /// <summary>Whose first verdict was acknowledged.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Seqnos from <see cref="First"/> to <see cref="Highest"/> that have not arrived.</summary>
    public long Missing => Highest - First + 1 - Accepted;

    /// <summary>First verdicts.</summary>
    public long Verdicts => Malicious + Suspicious + Error + Unscanned + Clean;

    /// <summary>Accepted and without a verdict.</summary>
    public long Open => Accepted - Verdicts;
}

/// <summary>Seqnos that have not arrived although a higher one has.</summary>
/// <param name="Node">Whose they are.</param>
/// <param name="Incarnation">Of that node.</param>
/// <param name="First">The lowest of them.</param>
/// <param name="Last">The highest; all between are missing too.</param>
public readonly record struct SeqnoGap(string Node, ulong Incarnation, long First, long Last)
{
    public long Count => Last - First + 1;

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
