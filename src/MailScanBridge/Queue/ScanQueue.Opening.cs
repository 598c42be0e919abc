using MailScanBridge.Telemetry;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Queue;

/// <content>What stood in the journal when the daemon starts, and what becomes of a journal that is none.</content>
public sealed partial class ScanQueue
{
    /// <summary>
    /// What was being scanned when the daemon died, that with the fewest attempts first. One of them may have killed it and the others were only
    /// near, so they come after the rest, after <see cref="QueueOptions.SuspectAfter"/>, and one at a time: then a further death has one of them to blame, and not the same ones each time.
    /// </summary>
    private readonly PriorityQueue<Entry, (int Attempts, long Id)> _suspects = new();

    private static (Journal Journal, List<JournalRow> Rows) OpenOrSetAside(string path, TimeProvider time, ILogger logger)
    {
        const int noSuchColumn = 1; // SQLITE_ERROR: a database, and not ours
        const int readOnly = 8; // SQLITE_READONLY: its header asks for a later SQLite
        const int corrupt = 11; // SQLITE_CORRUPT
        const int notADatabase = 26; // SQLITE_NOTADB
        try
        {
            return OpenAndRead(path, time, logger);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is noSuchColumn or readOnly or corrupt or notADatabase)
        {
            var aside = $"{path}.damaged-{time.GetUtcNow():yyyyMMdd'T'HHmmssfff}";
            foreach (var suffix in (string[])["", "-wal", "-shm"])
            {
                if (File.Exists(path + suffix))
                {
                    File.Move(path + suffix, aside + suffix);
                }
            }

            Log.JournalSetAside(logger, path, e.Message, aside);
            return OpenAndRead(path, time, logger);
        }
    }

    private static (Journal Journal, List<JournalRow> Rows) OpenAndRead(string path, TimeProvider time, ILogger logger)
    {
        var journal = Journal.Open(path, time.GetUtcNow());
        try
        {
            var damaged = new List<long>();
            List<JournalRow> rows =
            [
                .. journal.ReadAll((id, e) =>
                {
                    Log.JournalRowDamaged(logger, id, path, e.Message);
                    damaged.Add(id);
                }),
            ];
            using var transaction = journal.Begin();
            damaged.ForEach(journal.Remove);
            transaction.Commit();
            return (journal, rows);
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    private void Restore(JournalRow row, TimeProvider time)
    {
        var entry = new Entry { Id = row.Id, Request = row.Request, Received = new Arrival(row.Received, time), Attempts = row.Attempts, Logged = row.Logged, State = row.State };
        entry.Verdict = row.State == RequestState.Answered || !row.Logged ? row.Verdict : null;
        entry.Revision = Math.Max(1, row.Verdict?.Revision ?? 1);
        entry.OnDisk.SetResult();
        _entries[row.Request.RequestKey] = entry;
        _lastId = Math.Max(_lastId, row.Id);
        if (row.State == RequestState.Accepted)
        {
            _open++;
            entry.IsSuspect = row.Attempts > 0;
            if (entry.IsSuspect)
            {
                _suspects.Enqueue(entry, (row.Attempts, row.Id));
            }
            else
            {
                Enqueue(entry);
            }
        }
        else if (row.State == RequestState.Done)
        {
            if (entry.Logged)
            {
                entry.Request = row.Request.Remembered(); // Journals of earlier versions have it whole.
            }

            _done.Enqueue(row.Request.RequestKey);
        }
        else if (row.Later)
        {
            HoldForLater(entry);
            _later.Enqueue(entry);
        }
    }

    /// <summary>
    /// The first of them comes after what waits already, so that one that kills daemons finds nobody else waiting; those after it go before all others: a
    /// place at the end of the line for each would add up to minutes under load.
    /// </summary>
    private void NextSuspect(bool isFirst)
    {
        lock (_suspects)
        {
            if (_suspects.TryDequeue(out var entry, out _))
            {
                if (isFirst)
                {
                    Enqueue(entry);
                    return;
                }

                entry.WaitsSince = _time.GetTimestamp();
                _waiting.AddFirst(entry);
            }
        }
    }

    private int SuspectCount()
    {
        lock (_suspects)
        {
            return _suspects.Count;
        }
    }
}
