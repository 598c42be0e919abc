using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Tests.Support;
using Microsoft.Data.Sqlite;
using Xunit;

namespace MailScanBridge.Tests.Queue;

/// <content>How requests end, what is compacted, many users at once, and a full disk.</content>
public sealed partial class ScanQueueTests
{
    [Fact]
    public async Task Only_an_answered_request_can_be_closed_and_again_only_until_its_file_is_gone()
    {
        var key = Make.Taken().RequestKey;
        Assert.Null(await _queue.CloseAsync(key));
        await _queue.AcceptAsync(Make.Taken(), Epoch);
        Assert.Null(await _queue.CloseAsync(key));
        await _queue.AnswerAsync(await _queue.LeaseAsync(Wait.Token), Make.Verdict());

        Assert.Equal(key, (await _queue.CloseAsync(key))?.Request.RequestKey);
        Assert.Equal((long)RequestState.Closed, Ask("SELECT state FROM requests"));
        var again = await _queue.CloseAsync(key);
        Assert.Equal((key, VerdictKind.Malicious), (again!.Request.RequestKey, again.Verdict.Kind));
        Assert.Equal([key], _queue.ClosedKeys());

        await _queue.DoneAsync(key);
        Assert.Null(await _queue.CloseAsync(key));
        Assert.Empty(_queue.ClosedKeys());
    }

    [Fact]
    public async Task A_node_that_is_gone_is_remembered_over_a_restart_until_nothing_of_it_is_left()
    {
        var node = new NodeLife("host/zeek", 7);
        Assert.False(_queue.Knows(node));
        await BringToAsync(1, RequestState.Answered);
        Assert.True(_queue.Knows(node));
        Assert.False(_queue.Knows(new NodeLife("host/zeek", 8)));
        await _queue.MarkGoneAsync(node);
        await _queue.MarkGoneAsync(node);

        await ReopenAsync(Options);
        Assert.Equal([node], _queue.Gone);
        _time.Advance(TimeSpan.FromHours(25));
        await _queue.CompactAsync();
        Assert.Equal([node], _queue.Gone);

        await _queue.CloseAsync(Make.Request(1).RequestKey);
        await _queue.CompactAsync();
        Assert.Empty(_queue.Gone);
        Assert.Equal(0L, Ask("SELECT count(*) FROM gone"));
    }

    [Fact]
    public void A_step_of_the_wall_clock_makes_no_wait_negative()
    {
        var clock = new SteppedClock(_time);
        var arrival = new Arrival(clock);
        clock.Step = TimeSpan.FromHours(-2);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), arrival.Waited);

        var recovered = new Arrival(_time.GetUtcNow() + TimeSpan.FromDays(1), _time);
        Assert.Equal(TimeSpan.Zero, recovered.Waited);
        Assert.Equal(TimeSpan.FromHours(1), new Arrival(_time.GetUtcNow() - TimeSpan.FromHours(1), _time).Waited);
    }

    [Fact]
    public async Task Rows_done_for_long_are_compacted_and_all_others_stay()
    {
        await BringToAsync(1, RequestState.Done);
        await _queue.MarkLoggedAsync(Make.Request(1).RequestKey);
        await BringToAsync(6, RequestState.Done); // not in the verdict log yet, so it stays
        await BringToAsync(2, RequestState.Closed);
        await BringToAsync(3, RequestState.Answered);
        await _queue.AcceptAsync(Make.Taken(4), Epoch);
        await _queue.CompactAsync();
        Assert.Equal(5L, Ask("SELECT count(*) FROM requests"));

        _time.Advance(Options.KeepDone + TimeSpan.FromSeconds(1));
        await BringToAsync(5, RequestState.Done);
        await _queue.CompactAsync();

        Assert.Equal([2UL, 3UL, 4UL, 5UL, 6UL], _queue.Snapshot().Select(r => r.Request.File.Seqno).Order());
        Assert.Equal(5L, Ask("SELECT count(*) FROM requests"));
    }

    [Fact]
    public async Task Finished_rows_beyond_their_number_go_the_oldest_first_also_those_of_an_earlier_daemon()
    {
        async Task FinishAsync(ulong seqno)
        {
            await BringToAsync(seqno, RequestState.Closed);
            await _queue.MarkLoggedAsync(Make.Request(seqno).RequestKey);
            await _queue.DoneAsync(Make.Request(seqno).RequestKey);
        }

        for (var seqno = 1UL; seqno <= 3; seqno++)
        {
            await FinishAsync(seqno);
        }

        await BringToAsync(4, RequestState.Done); // not in the verdict log yet, so it stays

        await BringToAsync(5, RequestState.Answered);
        await ReopenAsync(Options with { MaxDone = 2 });
        await FinishAsync(6);

        Assert.Equal([4UL, 5UL, 6UL], _queue.Snapshot().Select(r => r.Request.File.Seqno).Order());
        Assert.Equal(3L, Ask("SELECT count(*) FROM requests"));
        await FinishAsync(7);
        await FinishAsync(8);
        Assert.Equal([4UL, 5UL, 8UL], _queue.Snapshot().Select(r => r.Request.File.Seqno).Order());
    }

    [Fact]
    public async Task A_finished_request_takes_little_room_in_memory_and_journal_and_its_answer_is_still_known()
    {
        var request = Make.Taken() with { File = Make.Request() with { Filename = new byte[60_000], Mail = Make.Mail(subject: new byte[60_000]) } };
        await _queue.AcceptAsync(request, Epoch);
        await _queue.AnswerAsync(await _queue.LeaseAsync(Wait.Token), Make.Verdict());
        await _queue.CloseAsync(request.RequestKey);
        await _queue.MarkLoggedAsync(request.RequestKey);
        Assert.InRange((long)Ask("SELECT length(request) FROM requests")!, 120_000, 200_000);

        await _queue.DoneAsync(request.RequestKey);

        Assert.InRange((long)Ask("SELECT length(request) FROM requests")!, 50, 1000);
        Assert.Equal(((byte[]?)null, (MailContext?)null), (_queue.Find(request.RequestKey)!.File.Filename, _queue.Find(request.RequestKey)!.File.Mail));
        Assert.Equal(VerdictKind.Malicious, (await _queue.AcceptAsync(request, Epoch)).Verdict?.Kind);
        await ReopenAsync(Options);
        Assert.Equal(VerdictKind.Malicious, (await _queue.AcceptAsync(request, Epoch)).Verdict?.Kind);
    }

    [Fact]
    public async Task A_finished_request_that_the_verdict_log_lacks_stays_whole()
    {
        await _queue.AcceptAsync(Make.Taken(), Epoch);
        await _queue.AnswerAsync(await _queue.LeaseAsync(Wait.Token), Make.Verdict());
        await _queue.CloseAsync(Make.Taken().RequestKey);
        await _queue.DoneAsync(Make.Taken().RequestKey);
        await ReopenAsync(Options);

        Assert.Equal(Make.Taken().File.Filename, Assert.Single(_queue.Snapshot()).Request.File.Filename);
    }

    [Fact]
    public async Task Many_rows_are_compacted_in_few_commits()
    {
        for (var seqno = 1UL; seqno <= 300; seqno++)
        {
            await _queue.AcceptAsync(Make.Taken(seqno), Epoch);
        }

        var leases = new List<ScanLease>();
        for (var i = 0; i < 300; i++)
        {
            leases.Add(await _queue.LeaseAsync(Wait.Token));
        }

        await Task.WhenAll(leases.Select(async lease =>
        {
            await _queue.AnswerAsync(lease, Make.Verdict());
            await _queue.CloseAsync(lease.Request.RequestKey);
            await _queue.DoneAsync(lease.Request.RequestKey);
            await _queue.MarkLoggedAsync(lease.Request.RequestKey);
        }));
        _time.Advance(Options.KeepDone + TimeSpan.FromSeconds(1));
        using var commits = new CommitCounter(_metrics);

        await _queue.CompactAsync();

        Assert.Equal(0L, Ask("SELECT count(*) FROM requests"));
        Assert.InRange(commits.LargestSize, 20, 512);
    }

    [Fact]
    public async Task Concurrent_use_leaves_a_journal_that_says_what_happened()
    {
        const int requests = 400;
        var closed = 0;
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (Volatile.Read(ref closed) < requests)
            {
                ScanLease lease;
                try
                {
                    lease = await _queue.LeaseAsync(stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                if (lease.Attempt == 1 && lease.Request.File.Seqno % 3 == 0)
                {
                    _queue.Return(lease, "again");
                    continue;
                }

                await _queue.AnswerAsync(lease, Make.Verdict(detail: $"of {lease.Request.File.Seqno}"));
                var key = lease.Request.RequestKey;
                var ended = await Task.WhenAll(_queue.CloseAsync(key), _queue.CloseAsync(key));
                Assert.Contains(ended, e => e is not null);
                await _queue.DoneAsync(key);
                if (Interlocked.Increment(ref closed) == requests)
                {
                    await stop.CancelAsync();
                }
            }
        })).ToList();
        var accepted = 0;
        await Parallel.ForAsync(0, 3 * requests, Wait.Token, async (i, _) =>
        {
            var acceptance = await _queue.AcceptAsync(Make.Taken((ulong)(i % requests) + 1), Epoch);
            if (acceptance.IsNew)
            {
                Interlocked.Increment(ref accepted);
            }

            if (acceptance.Verdict is { } verdict)
            {
                Assert.Equal($"of {(i % requests) + 1}", verdict.Detail);
            }
        });
        await Task.WhenAll(workers).WaitAsync(Wait.Token);

        await RestartAsync();

        Assert.Equal(requests, accepted);
        var rows = _queue.Snapshot();
        Assert.Equal(requests, rows.Count);
        Assert.All(rows, r => Assert.Equal(RequestState.Done, r.State));
        Assert.All(rows, r => Assert.Equal(r.Request.File.Seqno % 3 == 0 ? 2 : 1, r.Attempts));
        Assert.All(rows, r => Assert.Equal($"of {r.Request.File.Seqno}", r.Verdict!.Detail));
        Assert.Equal(0, _queue.OpenCount);
        Assert.Equal("ok", Ask("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task On_a_full_disk_nothing_is_accepted_nothing_is_lost_and_it_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk();
        await ReopenAsync(Options with { JournalPath = Path.Combine(disk.Path, "journal.sqlite") });
        await _queue.AcceptAsync(Make.Taken(1), Epoch);
        await _queue.AcceptAsync(Make.Taken(2), Epoch);
        var lease = await _queue.LeaseAsync(Wait.Token);
        disk.Fill();

        await Assert.ThrowsAnyAsync<SqliteException>(() => FillJournalAsync(100));
        var openWhenFull = _queue.OpenCount;
        await Assert.ThrowsAnyAsync<SqliteException>(() => _queue.AnswerAsync(lease, Make.Verdict()));
        await Assert.ThrowsAnyAsync<SqliteException>(() => _queue.LeaseAsync(Wait.Token));
        disk.Empty();

        await _queue.AnswerAsync(lease, Make.Verdict());
        var second = await _queue.LeaseAsync(Wait.Token);
        Assert.Equal((2UL, 1), (second.Request.File.Seqno, second.Attempt));
        Assert.True((await _queue.AcceptAsync(Make.Taken(100 + (ulong)openWhenFull), Epoch)).IsNew, "what was refused is not there");
        await ReopenAsync(Options with { JournalPath = Path.Combine(disk.Path, "journal.sqlite") });
        Assert.Contains(_queue.Snapshot(), r => r is { Request.File.Seqno: 1, State: RequestState.Answered });
        await _queue.DisposeAsync();
        _queue = Open();

        async Task FillJournalAsync(ulong first)
        {
            for (var seqno = first; ; seqno++)
            {
                await _queue.AcceptAsync(Make.Taken(seqno), Epoch);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        _folder.Dispose();
        _metrics.Dispose();
    }
}
