using MailScanBridge.Queue;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Queue;

/// <summary>What is counted of a node, through restarts, and what is missing of its seqnos.</summary>
public sealed class LedgerTests : IAsyncDisposable
{
    private const string Node = "host/zeek";
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly LogRecorder _log = new();
    private readonly MailScanMetrics _metrics = new();
    private readonly ulong _incarnation;
    private ScanQueue _queue;

    public LedgerTests()
    {
        _queue = Open();
        _incarnation = (ulong)(_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds + 1;
    }

    private string MissingLine => Assert.Single(_log.Lines, l => l.Contains(" 2005:", StringComparison.Ordinal));

    [Fact]
    public async Task What_was_accepted_answered_and_acknowledged_is_counted_and_survives_a_restart()
    {
        await AcceptAsync(1, 2, 3, 1);
        await AnswerAsync(VerdictKind.Malicious);
        await AnswerAsync(VerdictKind.Clean);
        await _queue.CloseAsync(Make.Request(1, incarnation: _incarnation).RequestKey, 1);

        await RestartAsync();

        var counts = (await ReadAsync(3)).Counts;
        Assert.Equal(new NodeLedger { First = 1, Highest = 3, Accepted = 3, Malicious = 1, Clean = 1, Acknowledged = 1 }, counts);
        Assert.Equal((0, 2, 1), (counts.Missing, counts.Verdicts, counts.Open));
    }

    [Fact]
    public async Task A_gap_is_named_once_it_is_a_minute_old_and_only_once()
    {
        await AcceptAsync(1, 4, 7);
        await _queue.TellOfGapsAsync();
        Assert.Empty((await ReadAsync(7)).Gaps);

        _time.Advance(TimeSpan.FromSeconds(61));
        await RestartAsync();
        await _queue.TellOfGapsAsync();
        await _queue.TellOfGapsAsync();

        Assert.Contains("4 requests have not arrived for 60 s, although later ones have: seqno 2-3, 5-6", MissingLine, StringComparison.Ordinal);
        var reading = await ReadAsync(7);
        Assert.Equal((4, "2-3, 5-6"), (reading.Counts.Missing, ScanQueue.SomeOf(reading.Gaps)));
    }

    [Fact]
    public async Task What_arrives_after_all_closes_its_gap()
    {
        await AcceptAsync(1, 5);
        _time.Advance(TimeSpan.FromSeconds(61));
        await _queue.TellOfGapsAsync();

        await AcceptAsync(3);
        Assert.Equal("2, 4", ScanQueue.SomeOf((await ReadAsync(5)).Gaps));
        await AcceptAsync(2, 4);

        var reading = await ReadAsync(5);
        Assert.Equal((0, 0), (reading.Counts.Missing, reading.Gaps.Count));
        Assert.Equal(3, _log.Lines.Count(l => l.Contains(" 2006:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_was_sent_last_and_lost_is_missing_once_the_node_says_how_many_it_sent()
    {
        await AcceptAsync(1);
        Assert.Equal(2, (await ReadAsync(3)).Counts.Missing);

        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal("2-3", ScanQueue.SomeOf((await ReadAsync(3)).Gaps));
        await AcceptAsync(2, 3, 4);
        Assert.Equal((4, 0), ((await ReadAsync(4)).Counts.Accepted, (await ReadAsync(4)).Counts.Missing));
    }

    [Fact]
    public async Task Of_a_node_older_than_the_journal_only_what_is_new_is_counted()
    {
        await _queue.AcceptAsync(Taken(50, 7), 5);
        await _queue.AcceptAsync(Taken(48, 7), 5);

        var counts = (await _queue.ReadLedgerAsync(Node, 7, 50)).Counts;

        Assert.Equal((48, 50, 2, 1), (counts.First, counts.Highest, counts.Accepted, counts.Missing));
    }

    [Fact]
    public async Task More_gaps_than_are_kept_are_counted_all_the_same()
    {
        await AcceptAsync([.. Enumerable.Range(1, 1100).Select(i => 2UL * (ulong)i)]);
        Assert.Equal(1100, (await ReadAsync(2200)).Counts.Missing);

        await AcceptAsync(2199);

        Assert.Equal(1099, (await ReadAsync(2200)).Counts.Missing);
    }

    [Fact]
    public async Task A_repeat_that_only_the_ledger_remembers_is_not_counted_twice()
    {
        await AcceptAsync(1, 2);
        await AnswerAsync(VerdictKind.Clean);
        var key = Make.Request(1, incarnation: _incarnation).RequestKey;
        await _queue.CloseAsync(key, 1);
        await _queue.DoneAsync(key);
        await _queue.MarkLoggedAsync(key);
        _time.Advance(TimeSpan.FromHours(25));
        await _queue.CompactAsync();

        await AcceptAsync(1);

        Assert.Equal((2, 0), ((await ReadAsync(2)).Counts.Accepted, (await ReadAsync(2)).Counts.Missing));
    }

    [Fact]
    public async Task The_counts_of_a_node_not_heard_of_for_long_are_dropped_unless_something_is_open()
    {
        await AcceptAsync(1, 3);
        await _queue.AcceptAsync(Make.Taken(1), 5); // of another incarnation, and stays open
        await AnswerAsync(VerdictKind.Clean);
        await AnswerAsync(VerdictKind.Clean);

        _time.Advance(TimeSpan.FromDays(8));
        await _queue.CompactAsync();

        Assert.Equal(0, (await ReadAsync(0)).Counts.Accepted);
        Assert.Equal(1, (await _queue.ReadLedgerAsync(Node, 7, 0)).Counts.Accepted);
    }

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        _folder.Dispose();
        _metrics.Dispose();
    }

    private static MailScanBridge.Intake.ScanRequest Taken(ulong seqno, ulong incarnation)
    {
        var taken = Make.Taken(seqno);
        return taken with { File = taken.File with { Incarnation = incarnation } };
    }

    [Fact]
    public async Task A_full_ledger_counts_no_new_node_says_so_and_keeps_those_it_has()
    {
        await _queue.DisposeAsync();
        _queue = Open(maxNodes: 2);
        await AcceptAsync(1);
        await _queue.ReadLedgerAsync("second", 1, 5);
        for (var i = 0UL; i < 3; i++)
        {
            Assert.Equal(0, (await _queue.ReadLedgerAsync("third", i, 5)).Counts.Highest);
        }

        await _queue.AcceptAsync(Taken(1, 77), 5); // Answered all the same, only not counted.
        await AcceptAsync(2);

        Assert.Equal(2, (await ReadAsync(2)).Counts.Accepted);
        Assert.Equal(3, _queue.OpenCount);
        Assert.Contains("The ledger holds 2 nodes (queue.max_nodes): third 0", Assert.Single(_log.Lines, l => l.Contains(" 2010:", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private async Task AcceptAsync(params ulong[] seqnos)
    {
        foreach (var seqno in seqnos)
        {
            await _queue.AcceptAsync(Taken(seqno, _incarnation), 5);
        }
    }

    private async Task AnswerAsync(VerdictKind kind) => await _queue.AnswerAsync(await _queue.LeaseAsync(Wait.Token), Make.Verdict(kind));

    private Task<LedgerReading> ReadAsync(ulong asked) => _queue.ReadLedgerAsync(Node, _incarnation, asked);

    private ScanQueue Open(int maxNodes = 100) => ScanQueue.Open(new QueueOptions { MaxNodes = maxNodes, JournalPath = Path.Combine(_folder.Path, "journal.sqlite") }, _time, _metrics, _log);

    private async Task RestartAsync()
    {
        await _queue.DisposeAsync();
        _queue = Open();
    }
}
