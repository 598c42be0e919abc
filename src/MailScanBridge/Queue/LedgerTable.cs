using MailScanBridge.Verdicts;
using Microsoft.Data.Sqlite;

namespace MailScanBridge.Queue;

/// <summary>
/// The ledger's tables inside the journal: a row of counts for each incarnation of a node, and the gaps in its seqnos. Called
/// inside the transaction of the change that is counted. The commands that it is given are the journal's own. Used by the journal's thread only.
/// </summary>
internal sealed class LedgerTable(Func<string, (string Name, object Value)[], SqliteCommand> command)
{
    /// <summary>What makes the tables where they are not there.</summary>
    public const string Schema =
        """
        CREATE TABLE IF NOT EXISTS ledger (
            node TEXT NOT NULL,
            incarnation INTEGER NOT NULL,
            first INTEGER NOT NULL,
            highest INTEGER NOT NULL,
            accepted INTEGER NOT NULL DEFAULT 0,
            malicious INTEGER NOT NULL DEFAULT 0,
            suspicious INTEGER NOT NULL DEFAULT 0,
            error INTEGER NOT NULL DEFAULT 0,
            unscanned INTEGER NOT NULL DEFAULT 0,
            clean INTEGER NOT NULL DEFAULT 0,
            rescans INTEGER NOT NULL DEFAULT 0,
            acknowledged INTEGER NOT NULL DEFAULT 0,
            heard INTEGER NOT NULL,
            PRIMARY KEY (node, incarnation)
        );
        CREATE TABLE IF NOT EXISTS gaps (
            node TEXT NOT NULL,
            incarnation INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            since INTEGER NOT NULL,
            told INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (node, incarnation, first)
        );
        CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
        """;

    /// <summary>Each fails where its table is not as it should be: a damaged journal.</summary>
    public static readonly IReadOnlyList<string> Probes =
    [
        "SELECT node, incarnation, first, highest, accepted, malicious, suspicious, error, unscanned, clean, rescans, acknowledged, heard FROM ledger LIMIT 1",
        "SELECT node, incarnation, first, last, since, told FROM gaps LIMIT 1",
        "SELECT name, value FROM facts LIMIT 1",
    ];

    private long? _rows;

    /// <summary>Most gaps kept of one incarnation; what is missing beyond them is counted, and has no name.</summary>
    private const int MaxGaps = 1000;

    /// <summary>Notes when this journal began to count, unless it is noted: what a node sent before is none of its business.</summary>
    public void Begin(DateTimeOffset now) => Run("INSERT OR IGNORE INTO facts (name, value) VALUES ('ledger_began', $now)", ("$now", Micros(now)));

    /// <summary>Whether a node's incarnation has its row, or may get one without there being more than <paramref name="max"/>.</summary>
    public bool HasRoomFor(string node, ulong incarnation, int max)
    {
        _rows ??= (long)command("SELECT count(*) FROM ledger", []).ExecuteScalar()!;
        return _rows < max || Read(node, incarnation) is not null;
    }

    /// <summary>Counts an accepted request. Gives the gap that it fills, if it does and that had been told.</summary>
    public SeqnoGap? CountAccepted(RequestKey key, DateTimeOffset now)
    {
        var seqno = unchecked((long)key.Seqno);
        SeqnoGap? filled = null;
        if (Extend(key.Node, key.Incarnation, seqno, seqno - 1, now) == Arrival.Below)
        {
            var (known, told) = Fill(key, seqno);
            if (!known && Read(key.Node, key.Incarnation)!.Missing <= Named(key.Node, key.Incarnation))
            {
                return null; // The journal has forgotten it, the ledger has not: a repeat.
            }

            filled = told ? new SeqnoGap(key.Node, key.Incarnation, seqno, seqno) : null;
        }

        Run("UPDATE ledger SET accepted = accepted + 1, heard = $now WHERE node = $node AND incarnation = $incarnation", ("$now", Millis(now)), Node(key.Node), Incarnation(key.Incarnation));
        return filled;
    }

    /// <summary>Takes note of how far a node says it has come: what it sent last may be what was lost.</summary>
    public void CountAsked(string node, ulong incarnation, ulong asked, DateTimeOffset now)
    {
        Run("UPDATE ledger SET heard = $now WHERE node = $node AND incarnation = $incarnation", ("$now", Millis(now)), Node(node), Incarnation(incarnation));
        if (asked > 0 && unchecked((long)asked) > (Read(node, incarnation)?.Highest ?? 0))
        {
            Extend(node, incarnation, unchecked((long)asked), unchecked((long)asked), now);
        }
    }

    /// <summary>Counts a verdict.</summary>
    public void CountVerdict(RequestKey key, Verdict verdict) => Increment(key, verdict.Revision > 1 ? "rescans" : Words.Of(verdict.Kind));

    /// <summary>Counts the acknowledgement of a first verdict.</summary>
    public void CountAcknowledged(RequestKey key) => Increment(key, "acknowledged");

    /// <summary>The counts of one incarnation; null where it never asked, or has been forgotten.</summary>
    public NodeLedger? Read(string node, ulong incarnation)
    {
        var select = command(
            "SELECT first, highest, accepted, malicious, suspicious, error, unscanned, clean, rescans, acknowledged FROM ledger WHERE node = $node AND incarnation = $incarnation",
            [Node(node), Incarnation(incarnation)]);
        using var row = select.ExecuteReader();
        return !row.Read() ? null : new NodeLedger
        {
            First = row.GetInt64(0),
            Highest = row.GetInt64(1),
            Accepted = row.GetInt64(2),
            Malicious = row.GetInt64(3),
            Suspicious = row.GetInt64(4),
            Error = row.GetInt64(5),
            Unscanned = row.GetInt64(6),
            Clean = row.GetInt64(7),
            Rescans = row.GetInt64(8),
            Acknowledged = row.GetInt64(9),
        };
    }

    /// <summary>The gaps of one incarnation that have been open since before a time, lowest first.</summary>
    public List<SeqnoGap> Gaps(string node, ulong incarnation, DateTimeOffset before) => Gaps(
        "SELECT node, incarnation, first, last FROM gaps WHERE node = $node AND incarnation = $incarnation AND since <= $before ORDER BY first",
        Node(node), Incarnation(incarnation), ("$before", Millis(before)));

    /// <summary>The gaps, of whatever node, that have been open since before a time and have not been given yet.</summary>
    public List<SeqnoGap> NewGaps(DateTimeOffset before)
    {
        var found = Gaps("SELECT node, incarnation, first, last FROM gaps WHERE told = 0 AND since <= $before ORDER BY node, incarnation, first", ("$before", Millis(before)));
        if (found.Count > 0)
        {
            Run("UPDATE gaps SET told = 1 WHERE since <= $before", ("$before", Millis(before)));
        }

        return found;
    }

    /// <summary>Forgets the incarnations last heard of before a time.</summary>
    public void Forget(DateTimeOffset before)
    {
        Run("DELETE FROM gaps WHERE EXISTS (SELECT 1 FROM ledger WHERE ledger.node = gaps.node AND ledger.incarnation = gaps.incarnation AND heard < $before)", ("$before", Millis(before)));
        _rows = null; // Counted anew: what was inserted in a transaction that failed is not there.
        Run("DELETE FROM ledger WHERE heard < $before AND accepted <= malicious + suspicious + error + unscanned + clean", ("$before", Millis(before)));
    }

    private enum Arrival
    {
        Above,
        Below,
    }

    /// <summary>Moves the range of known seqnos so that it holds this one; what it steps over, up to <paramref name="gapEnd"/>, is a gap.</summary>
    private Arrival Extend(string node, ulong incarnation, long seqno, long gapEnd, DateTimeOffset now)
    {
        var known = Read(node, incarnation);
        if (known is null)
        {
            _rows++;
            // A node that started before this journal may have sent any number to an earlier one.
            var first = incarnation < Began() ? Math.Max(1, gapEnd + 1) : 1;
            Run(
                "INSERT INTO ledger (node, incarnation, first, highest, heard) VALUES ($node, $incarnation, $first, $highest, $now)",
                Node(node), Incarnation(incarnation), ("$first", first), ("$highest", Math.Max(seqno, first - 1)), ("$now", Millis(now)));
            Add(node, incarnation, first, gapEnd, now);
            return Arrival.Above;
        }

        if (seqno < known.First)
        {
            Run("UPDATE ledger SET first = $first WHERE node = $node AND incarnation = $incarnation", ("$first", seqno), Node(node), Incarnation(incarnation));
            Add(node, incarnation, seqno + 1, known.First - 1, now);
            return Arrival.Above;
        }

        Run(
            "UPDATE ledger SET highest = max(highest, $highest), heard = $now WHERE node = $node AND incarnation = $incarnation",
            ("$highest", seqno), ("$now", Millis(now)), Node(node), Incarnation(incarnation));
        if (seqno <= known.Highest)
        {
            return Arrival.Below;
        }

        Add(node, incarnation, known.Highest + 1, gapEnd, now);
        return Arrival.Above;
    }

    /// <summary>Takes a seqno out of the gap that holds it.</summary>
    private (bool Known, bool Told) Fill(RequestKey key, long seqno)
    {
        long first, last, since;
        bool told;
        var select = command(
            "SELECT first, last, since, told FROM gaps WHERE node = $node AND incarnation = $incarnation AND first <= $seqno AND last >= $seqno",
            [Node(key.Node), Incarnation(key.Incarnation), ("$seqno", seqno)]);
        using (var row = select.ExecuteReader())
        {
            if (!row.Read())
            {
                return (false, false);
            }

            (first, last, since, told) = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3) != 0);
        }

        Run("DELETE FROM gaps WHERE node = $node AND incarnation = $incarnation AND first = $first", Node(key.Node), Incarnation(key.Incarnation), ("$first", first));
        Insert(key.Node, key.Incarnation, first, seqno - 1, since, told);
        Insert(key.Node, key.Incarnation, seqno + 1, last, since, told);
        return (true, told);
    }

    private void Add(string node, ulong incarnation, long first, long last, DateTimeOffset now)
    {
        if (first <= last && Number("SELECT count(*) FROM gaps WHERE node = $node AND incarnation = $incarnation", node, incarnation) < MaxGaps)
        {
            Insert(node, incarnation, first, last, Millis(now), told: false);
        }
    }

    private void Insert(string node, ulong incarnation, long first, long last, long since, bool told)
    {
        if (first <= last)
        {
            Run(
                "INSERT INTO gaps (node, incarnation, first, last, since, told) VALUES ($node, $incarnation, $first, $last, $since, $told)",
                Node(node), Incarnation(incarnation), ("$first", first), ("$last", last), ("$since", since), ("$told", told ? 1 : 0));
        }
    }

    private long Named(string node, ulong incarnation) =>
        Number("SELECT coalesce(sum(last - first + 1), 0) FROM gaps WHERE node = $node AND incarnation = $incarnation", node, incarnation);

    private List<SeqnoGap> Gaps(string sql, params (string, object)[] parameters)
    {
        var gaps = new List<SeqnoGap>();
        var select = command(sql, parameters);
        using var row = select.ExecuteReader();
        while (row.Read())
        {
            gaps.Add(new SeqnoGap(row.GetString(0), unchecked((ulong)row.GetInt64(1)), row.GetInt64(2), row.GetInt64(3)));
        }

        return gaps;
    }

    private ulong Began()
    {
        var select = command("SELECT value FROM facts WHERE name = 'ledger_began'", []);
        return unchecked((ulong)(long)select.ExecuteScalar()!);
    }

    private long Number(string sql, string node, ulong incarnation)
    {
        var select = command(sql, [Node(node), Incarnation(incarnation)]);
        return (long)select.ExecuteScalar()!;
    }

    private void Increment(RequestKey key, string column) =>
        Run($"UPDATE ledger SET {column} = {column} + 1 WHERE node = $node AND incarnation = $incarnation", Node(key.Node), Incarnation(key.Incarnation));

    private void Run(string sql, params (string, object)[] parameters)
    {
        var change = command(sql, parameters);
        change.ExecuteNonQuery();
    }

    private static (string, object) Node(string node) => ("$node", node);

    private static (string, object) Incarnation(ulong incarnation) => ("$incarnation", unchecked((long)incarnation));

    private static long Millis(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static long Micros(DateTimeOffset time) => (long)(time - DateTimeOffset.UnixEpoch).TotalMicroseconds;
}
