using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace MailScanBridge.Queue;

/// <summary>
/// Writes changes to the journal in batches: what arrives while one commit is on its way to the disk shares the next. A
/// change's task completes when its commit has reached the disk. Safe for concurrent use.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    private const int ConstraintViolated = 19; // SQLITE_CONSTRAINT

    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Journal _journal;
    private readonly int _maxBatch;
    private readonly Action<int> _committed;
    private readonly Task _loop;

    /// <param name="journal">Owned from now on; used by this writer's thread only.</param>
    /// <param name="maxBatch">Most changes in one commit.</param>
    /// <param name="committed">Told the number of changes of each commit.</param>
    public JournalWriter(Journal journal, int maxBatch, Action<int> committed)
    {
        _journal = journal;
        _maxBatch = maxBatch;
        _committed = committed;
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Queues a change. The task fails with the disk's error where the commit did.</summary>
    public Task Write(Action<Journal> change)
    {
        var queued = new Change(change, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!_changes.Writer.TryWrite(queued))
        {
            throw new ObjectDisposedException(nameof(JournalWriter));
        }

        return queued.Done.Task;
    }

    /// <summary>Commits what is queued, then closes the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _loop;
        _journal.Dispose();
    }

    private void Run()
    {
        var batch = new List<Change>(_maxBatch);
        while (_changes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < _maxBatch && _changes.Reader.TryRead(out var change))
            {
                batch.Add(change);
            }

            Commit(batch);
            batch.Clear();
        }
    }

    private void Commit(List<Change> batch)
    {
        try
        {
            using var transaction = _journal.Begin();
            foreach (var change in batch)
            {
                change.Apply(_journal);
            }

            transaction.Commit();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == ConstraintViolated && batch.Count > 1)
        {
            // One change is impossible: only that one may fail.
            foreach (var change in batch)
            {
                Commit([change]);
            }

            return;
        }
        catch (Exception e)
        {
            // Nothing of this batch is on the disk: each waiter is told, and none may go on as if it were.
            foreach (var change in batch)
            {
                change.Done.SetException(e);
            }

            return;
        }

        _committed(batch.Count);
        foreach (var change in batch)
        {
            change.Done.SetResult();
        }
    }

    private sealed record Change(Action<Journal> Apply, TaskCompletionSource Done);
}
