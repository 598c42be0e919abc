using MailScanBridge.Queue;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Queue;

public sealed partial class ScanQueueTests : IAsyncDisposable
{
    private const ulong Epoch = 5;
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly LogRecorder _log = new();
    private readonly MailScanMetrics _metrics = new();
    private ScanQueue _queue;

    public ScanQueueTests() => _queue = Open();

    private string JournalPath => Path.Combine(_folder.Path, "journal.sqlite");

    private QueueOptions Options => new() { JournalPath = JournalPath };

    [Fact]
    public async Task An_accepted_request_is_on_the_disk_before_the_acceptance_completes()
    {
        await _queue.AcceptAsync(Make.Taken(), Epoch);

        // Another connection sees only what is committed.
        Assert.Equal(1L, Ask("SELECT count(*) FROM requests WHERE state = 0 AND seqno = 1"));
    }

    [Fact]
    public async Task Everything_in_a_request_survives_a_restart()
    {
        var request = Make.Taken();
        await _queue.AcceptAsync(request, Epoch);

        await RestartAsync();

        var row = Assert.Single(_queue.Snapshot());
        Assert.Equal(JournalFormat.Write(request), JournalFormat.Write(row.Request));
        Assert.Equal(request.File.RespH, row.Request.File.RespH);
        Assert.Equal(request.File.Filename, row.Request.File.Filename);
        Assert.Equal(RequestState.Accepted, row.State);
        Assert.Equal(_time.GetUtcNow(), row.Received);
    }

    [Fact]
    public async Task Everything_in_a_verdict_survives_a_restart()
    {
        await _queue.AcceptAsync(Make.Taken(), Epoch);
        await _queue.AnswerAsync(await _queue.LeaseAsync(Wait.Token), Make.Verdict());

        await RestartAsync();

        Assert.Equivalent(Make.Verdict(), Assert.Single(_queue.Snapshot()).Verdict, strict: true);
    }

    [Fact]
    public async Task After_a_restart_what_had_no_verdict_is_leased_again_in_the_order_of_acceptance()
    {
        for (var seqno = 1UL; seqno <= 5; seqno++)
        {
            await _queue.AcceptAsync(Make.Taken(seqno), Epoch);
        }

        await _queue.AnswerAsync(await _queue.LeaseAsync(Wait.Token), Make.Verdict());

        await RestartAsync();

        var leased = new List<ulong>();
        for (var i = 0; i < 4; i++)
        {
            leased.Add((await _queue.LeaseAsync(Wait.Token)).Request.File.Seqno);
        }

        Assert.Equal([2UL, 3UL, 4UL, 5UL], leased);
        Assert.Equal(4, _queue.OpenCount);
    }

    [Fact]
    public async Task A_repeat_of_an_open_request_is_no_second_request()
    {
        var first = await _queue.AcceptAsync(Make.Taken(), Epoch);
        var second = await _queue.AcceptAsync(Make.Taken(), Epoch);

        Assert.True(first.IsNew);
        Assert.Equal(new Acceptance(false, null), second);
        Assert.Equal(1, _queue.OpenCount);
        Assert.Equal(1L, Ask("SELECT count(*) FROM requests"));
    }

    [Theory]
    [InlineData(RequestState.Answered, false)]
    [InlineData(RequestState.Closed, false)]
    [InlineData(RequestState.Done, false)]
    [InlineData(RequestState.Answered, true)]
    [InlineData(RequestState.Closed, true)]
    [InlineData(RequestState.Done, true)]
    public async Task A_repeat_gets_the_same_answer_in_every_state(RequestState state, bool restarted)
    {
        await BringToAsync(1, state);
        await _queue.MarkLoggedAsync(Make.Taken().RequestKey);
        if (restarted)
        {
            await RestartAsync();
        }

        var again = await _queue.AcceptAsync(Make.Taken(), Epoch);

        Assert.False(again.IsNew);
        Assert.Equivalent(Make.Verdict(), again.Verdict, strict: true);
    }

    [Fact]
    public async Task An_attempt_is_on_the_disk_before_the_lease_is_handed_out()
    {
        await _queue.AcceptAsync(Make.Taken(), Epoch);

        var lease = await _queue.LeaseAsync(Wait.Token);

        Assert.Equal(1, lease.Attempt);
        Assert.Equal(1L, Ask("SELECT attempts FROM requests"));
    }

    [Fact]
    public async Task A_returned_lease_comes_again_with_the_cause()
    {
        await _queue.AcceptAsync(Make.Taken(), Epoch);
        _queue.Return(await _queue.LeaseAsync(Wait.Token), "it broke");

        var lease = await _queue.LeaseAsync(Wait.Token);

        Assert.Equal((2, "it broke"), (lease.Attempt, lease.LastCause));
    }

    [Fact]
    public async Task An_orderly_stop_takes_the_attempt_back()
    {
        await _queue.AcceptAsync(Make.Taken(), Epoch);
        await _queue.ReleaseAsync(await _queue.LeaseAsync(Wait.Token));

        await RestartAsync();

        Assert.Equal(1, (await _queue.LeaseAsync(Wait.Token)).Attempt);
    }

    [Fact]
    public async Task Beyond_the_limit_a_request_is_answered_with_overload_and_stays_so()
    {
        await ReopenAsync(Options with { MaxOpen = 2 });
        await _queue.AcceptAsync(Make.Taken(1), Epoch);
        await _queue.AcceptAsync(Make.Taken(2), Epoch);

        var third = await _queue.AcceptAsync(Make.Taken(3), Epoch);
        await ReopenAsync(Options with { MaxOpen = 2 });
        var again = await _queue.AcceptAsync(Make.Taken(3), Epoch);

        Assert.True(third.IsNew);
        Assert.Equal((VerdictKind.Unscanned, Reasons.Overload), (third.Verdict!.Kind, third.Verdict.Reason));
        Assert.Equivalent(third.Verdict, again.Verdict, strict: true);
        Assert.Equal(2, _queue.OpenCount);
        Assert.Contains(_queue.Snapshot(), r => r is { State: RequestState.Answered, Request.File.Seqno: 3 });
    }

    [Fact]
    public async Task What_a_patient_node_asks_is_taken_beyond_the_limit_up_to_one_of_its_own()
    {
        await ReopenAsync(Options with { MaxOpen = 1, MaxOpenTrace = 5 });
        for (var seqno = 1UL; seqno <= 5; seqno++)
        {
            Assert.Null((await _queue.AcceptAsync(Make.Taken(seqno), Epoch, patient: true)).Verdict);
        }

        Assert.Equal(5, _queue.OpenCount);
        Assert.Equal(Reasons.Overload, (await _queue.AcceptAsync(Make.Taken(6), Epoch)).Verdict?.Reason);
        var beyond = (await _queue.AcceptAsync(Make.Taken(7), Epoch, patient: true)).Verdict!;
        Assert.Equal(Reasons.Overload, beyond.Reason);
        Assert.Contains("5 requests are waiting (queue.max_open_trace)", beyond.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_there_is_room_again_requests_are_taken_again()
    {
        await ReopenAsync(Options with { MaxOpen = 1 });
        await _queue.AcceptAsync(Make.Taken(1), Epoch);
        await _queue.AnswerAsync(await _queue.LeaseAsync(Wait.Token), Make.Verdict());

        Assert.Null((await _queue.AcceptAsync(Make.Taken(2), Epoch)).Verdict);
    }

    private ScanQueue Open(QueueOptions? options = null) => ScanQueue.Open(options ?? Options, _time, _metrics, _log);

    private Task RestartAsync() => ReopenAsync(Options);

    private async Task ReopenAsync(QueueOptions options)
    {
        await _queue.DisposeAsync();
        _queue = Open(options);
    }

    private async Task BringToAsync(ulong seqno, RequestState state)
    {
        await _queue.AcceptAsync(Make.Taken(seqno), Epoch);
        await _queue.AnswerAsync(await _queue.LeaseAsync(Wait.Token), Make.Verdict());
        var key = Make.Taken(seqno).RequestKey;
        if (state >= RequestState.Closed)
        {
            await _queue.CloseAsync(key);
        }

        if (state >= RequestState.Done)
        {
            await _queue.DoneAsync(key);
        }
    }

    private object? Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={JournalPath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
