using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Queue;

/// <content>What was being scanned when a daemon died.</content>
public sealed partial class ScanQueueTests
{
    [Fact]
    public async Task Attempts_of_daemons_that_died_count()
    {
        await _queue.AcceptAsync(Make.Taken(), Epoch);
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            var lease = await _queue.LeaseAsync(Wait.Token);
            Assert.Equal(attempt, lease.Attempt);
            Assert.Null(lease.LastCause);
            await RestartAsync();
            _time.Advance(Options.SuspectAfter);
        }
    }

    [Fact]
    public async Task What_was_being_scanned_when_the_daemon_died_comes_after_the_rest_and_one_at_a_time()
    {
        for (var seqno = 1UL; seqno <= 6; seqno++)
        {
            await _queue.AcceptAsync(Make.Taken(seqno), Epoch);
        }

        await LeaseAllAsync(1, 2, 3);
        await RestartAsync();
        _time.Advance(Options.SuspectAfter);

        // The first of the three dies once more: it comes after the other two from then on.
        await LeaseAllAsync(4, 5, 6, 1);
        Assert.Equal(2, _queue.WaitingCount);
        await RestartAsync();
        _time.Advance(Options.SuspectAfter);

        ulong[] expected = [2, 3, 4, 5, 6, 1];
        foreach (var seqno in expected)
        {
            var lease = await _queue.LeaseAsync(Wait.Token);
            Assert.Equal(seqno, lease.Request.File.Seqno);
            Assert.Equal(seqno == 1 ? 3 : 2, lease.Attempt);
            using var soon = new CancellationTokenSource();
            var next = _queue.LeaseAsync(soon.Token);
            Assert.False(next.IsCompleted);
            await soon.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
            _queue.Return(lease, "it broke");
            lease = await _queue.LeaseAsync(Wait.Token);
            Assert.Equal(seqno, lease.Request.File.Seqno);
            await _queue.AnswerAsync(lease, Make.Verdict());
        }

        Assert.Equal(0, _queue.WaitingCount);

        async Task LeaseAllAsync(params ulong[] seqnos)
        {
            foreach (var seqno in seqnos)
            {
                Assert.Equal(seqno, (await _queue.LeaseAsync(Wait.Token)).Request.File.Seqno);
            }
        }
    }

    [Fact]
    public async Task The_next_that_was_being_scanned_when_the_daemon_died_does_not_wait_for_what_came_since()
    {
        for (var seqno = 1UL; seqno <= 3; seqno++)
        {
            await _queue.AcceptAsync(Make.Taken(seqno), Epoch);
        }

        await _queue.LeaseAsync(Wait.Token);
        await _queue.LeaseAsync(Wait.Token);
        await RestartAsync();
        _time.Advance(Options.SuspectAfter);
        await _queue.AcceptAsync(Make.Taken(4), Epoch);
        await _queue.AcceptAsync(Make.Taken(5), Epoch);

        foreach (var seqno in (ulong[])[3, 1, 2, 4, 5])
        {
            var lease = await _queue.LeaseAsync(Wait.Token);
            Assert.Equal(seqno, lease.Request.File.Seqno);
            await _queue.AnswerAsync(lease, Make.Verdict());
        }
    }

    [Fact]
    public async Task What_was_being_scanned_when_the_daemon_died_is_not_tried_at_once()
    {
        await _queue.AcceptAsync(Make.Taken(1), Epoch);
        await _queue.LeaseAsync(Wait.Token);
        for (var death = 0; death < 5; death++)
        {
            await RestartAsync();
            _time.Advance(Options.SuspectAfter - TimeSpan.FromMilliseconds(1));
            using var soon = new CancellationTokenSource();
            var next = _queue.LeaseAsync(soon.Token);
            await soon.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        }

        await _queue.AcceptAsync(Make.Taken(2), Epoch);
        Assert.Equal(2UL, (await _queue.LeaseAsync(Wait.Token)).Request.File.Seqno);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        var again = await _queue.LeaseAsync(Wait.Token);
        Assert.Equal((1UL, 2), (again.Request.File.Seqno, again.Attempt));
    }
}
