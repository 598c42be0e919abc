using MailScanBridge.Telemetry;

namespace MailScanBridge.Queue;

/// <summary>The counts of one incarnation of one node, and what of its seqnos has been missing for long.</summary>
/// <param name="Counts">As they stood in the journal.</param>
/// <param name="Gaps">Older than <see cref="QueueOptions.GapAfter"/>, lowest first.</param>
public sealed record LedgerReading(NodeLedger Counts, IReadOnlyList<SeqnoGap> Gaps);

/// <content>What was counted, and what did not arrive.</content>
public sealed partial class ScanQueue
{
    // Told of since there was last room. By the journal's thread only.
    private bool _ledgerIsFull;

    /// <summary>Reads what is counted of a node, once all that was accepted before this call is counted.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="incarnation">Its incarnation.</param>
    /// <param name="asked">The last seqno that it says it has sent: what of that has not arrived is missing from now on.</param>
    public async Task<LedgerReading> ReadLedgerAsync(string node, ulong incarnation, ulong asked)
    {
        LedgerReading? reading = null;
        var now = _time.GetUtcNow();
        await _writer.Write(journal =>
        {
            if (IsCounted(journal, node, incarnation))
            {
                journal.Ledger.CountAsked(node, incarnation, asked, now);
            }

            reading = new LedgerReading(journal.Ledger.Read(node, incarnation) ?? new NodeLedger(), journal.Ledger.Gaps(node, incarnation, now - _options.GapAfter));
        });
        return reading!;
    }

    /// <summary>Names each gap in a node's seqnos once, when it has been there for <see cref="QueueOptions.GapAfter"/>: in the log, and in the metrics.</summary>
    public async Task TellOfGapsAsync()
    {
        IReadOnlyList<SeqnoGap> gaps = [];
        var before = _time.GetUtcNow() - _options.GapAfter;
        await _writer.Write(journal => gaps = journal.Ledger.NewGaps(before));
        foreach (var node in gaps.GroupBy(g => (g.Node, g.Incarnation)))
        {
            var missing = node.Sum(g => g.Count);
            _metrics.LedgerMissing(missing);
            Log.SeqnosMissing(_logger, Printable.Text(node.Key.Node), node.Key.Incarnation, missing, _options.GapAfter.TotalSeconds, SomeOf([.. node]));
        }
    }

    /// <summary>The first few gaps in words.</summary>
    public static string SomeOf(IReadOnlyList<SeqnoGap> gaps) =>
        string.Join(", ", gaps.Take(20)) + (gaps.Count > 20 ? $" and {gaps.Count - 20} more" : "");

    /// <summary>Whether a node has its row in the ledger, or may get one.</summary>
    private bool IsCounted(Journal journal, string node, ulong incarnation)
    {
        if (journal.Ledger.HasRoomFor(node, incarnation, _options.MaxNodes))
        {
            _ledgerIsFull = false;
            return true;
        }

        _metrics.LedgerLeftOut();
        if (!_ledgerIsFull)
        {
            _ledgerIsFull = true;
            Log.LedgerFull(_logger, _options.MaxNodes, Printable.Text(node), incarnation);
        }

        return false;
    }

    private void TellOfFilled(SeqnoGap? filled)
    {
        if (filled is { } gap)
        {
            _metrics.LedgerFilled();
            Log.SeqnoArrived(_logger, Printable.Text(gap.Node), gap.Incarnation, gap.First);
        }
    }
}
