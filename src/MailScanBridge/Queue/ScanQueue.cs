using System.Collections.Concurrent;
using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using MailScanBridge.Verdicts;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Queue;

/// <summary>A closed request.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Verdict">What was answered.</param>
public sealed record ClosedRequest(ScanRequest Request, Verdict Verdict);

/// <summary>
/// Requests on the disk, from acceptance to acknowledgement, handed out for scanning to each node in turn, of one node in the order of acceptance. A task
/// that completes here means: the journal's commit has reached the disk. Safe for concurrent use.
/// </summary>
public sealed partial class ScanQueue : IAsyncDisposable
{
    private readonly ConcurrentDictionary<RequestKey, Entry> _entries = new();
    private readonly FairQueue<Entry> _waiting = new();

    // In the order in which they were done; keys of rows that have been removed since may be among them.
    private readonly ConcurrentQueue<RequestKey> _done = new();
    private readonly QueueOptions _options;
    private readonly TimeProvider _time;
    private readonly MailScanMetrics _metrics;
    private readonly JournalWriter _writer;
    private readonly ILogger _logger;
    private ITimer? _suspectTimer;
    private long _lastId;
    private int _open;

    private ScanQueue(QueueOptions options, TimeProvider time, MailScanMetrics metrics, JournalWriter writer, ILogger logger)
    {
        _logger = logger;
        _options = options;
        _time = time;
        _metrics = metrics;
        _writer = writer;
    }

    /// <summary>Requests accepted and without a verdict.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    /// <summary>
    /// Opens the journal and takes up where it left off: what had no verdict waits for a scan again. A damaged journal is
    /// set aside under a name that the log tells, and a new one begun.
    /// </summary>
    public static ScanQueue Open(QueueOptions options, TimeProvider time, MailScanMetrics metrics, ILogger logger)
    {
        var (journal, rows) = OpenOrSetAside(options.JournalPath, time, logger);
        var gone = journal.ReadGone();
        var queue = new ScanQueue(options, time, metrics, new JournalWriter(journal, options.MaxBatch, metrics.JournalCommit), logger);

        foreach (var row in rows.OrderBy(r => r.Id))
        {
            queue.Restore(row, time);
        }

        if (queue.SuspectCount() > 0)
        {
            queue._suspectTimer = time.CreateTimer(_ => queue.NextSuspect(isFirst: true), null, options.SuspectAfter, Timeout.InfiniteTimeSpan);
        }

        foreach (var (node, at) in gone)
        {
            queue._gone[node] = at;
        }

        return queue;
    }

    /// <summary>The request that the journal has under a key; null where it has none.</summary>
    public ScanRequest? Find(RequestKey key) => _entries.TryGetValue(key, out var entry) ? entry.Request : null;

    /// <summary>Waits for the next request to scan. Its attempt is counted on the disk before this returns.</summary>
    public async Task<ScanLease> LeaseAsync(CancellationToken cancellationToken)
    {
        var entry = await _waiting.TakeAsync(cancellationToken);
        var attempt = entry.Attempts + 1;
        try
        {
            await _writer.Write(journal => journal.SetAttempts(entry.Id, attempt));
        }
        catch
        {
            Enqueue(entry);
            throw;
        }

        entry.Attempts = attempt;
        return new ScanLease(entry.Request, entry.Attempts, entry.Received, entry.LastCause, entry.Later ? 2 : 1);
    }

    /// <summary>Hands a lease back without a verdict: the request will be leased again, with this attempt counted.</summary>
    public void Return(ScanLease lease, string cause)
    {
        var entry = _entries[lease.Request.RequestKey];
        entry.LastCause = cause;
        Enqueue(entry);
    }

    /// <summary>Takes a lease's attempt back: the daemon stops in an orderly way, or its disk is full, which is no fault of the file.</summary>
    public Task ReleaseAsync(ScanLease lease)
    {
        var entry = _entries[lease.Request.RequestKey];
        entry.Attempts = lease.Attempt - 1;
        return _writer.Write(journal => journal.SetAttempts(entry.Id, lease.Attempt - 1));
    }

    /// <summary>Puts a leased request's verdict on the disk: the first, or the one that takes its place.</summary>
    public async Task AnswerAsync(ScanLease lease, Verdict verdict)
    {
        var entry = _entries[lease.Request.RequestKey];
        await _writer.Write(journal =>
        {
            journal.SetVerdict(entry.Id, verdict);
            journal.Ledger.CountVerdict(lease.Request.RequestKey, verdict);
        });
        bool later;
        lock (entry)
        {
            later = entry.Later;
            entry.Logged = false;
            entry.Revision = verdict.Revision;
            entry.Verdict = verdict;
            entry.State = RequestState.Answered;
            entry.Later = false;
        }

        if (entry.IsSuspect)
        {
            entry.IsSuspect = false;
            NextSuspect(isFirst: false);
        }

        if (later)
        {
            FreeLater(entry);
            _metrics.ScannedLater();
        }
        else
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Notes that an answer stands in the verdict log; without effect where a later one has taken its place.</summary>
    public async Task MarkLoggedAsync(RequestKey key, int revision = 1)
    {
        if (_entries.TryGetValue(key, out var entry) && entry.Revision == revision)
        {
            await _writer.Write(journal => journal.SetLogged(entry.Id));
            entry.Logged = true;
        }
    }

    /// <summary>
    /// Closes an answered request, and gives what was asked and answered; again for one that is closed and whose file is still in the store.
    /// Null where there is nothing to close, and where its file must stay: the acknowledgement of an earlier revision closes nothing, and a
    /// file to be scanned later is needed.
    /// </summary>
    /// <param name="key">The request.</param>
    /// <param name="acknowledged">The revision that was acknowledged; null where the node is gone for good.</param>
    public async Task<ClosedRequest?> CloseAsync(RequestKey key, int? acknowledged = null)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }

        var later = entry.Later; // First: what a later revision changes in between is seen below.
        if (entry.State is not (RequestState.Answered or RequestState.Closed) || acknowledged < entry.Revision)
        {
            return null;
        }

        var verdict = await AnswerOf(entry);
        if (entry.State == RequestState.Answered)
        {
            var closed = false;
            await _writer.Write(journal =>
            {
                closed = journal.Close(entry.Id, later);
                if (closed && acknowledged == 1)
                {
                    journal.Ledger.CountAcknowledged(key);
                }
            });
            lock (entry)
            {
                if (!closed || entry.Later != later || entry.State != RequestState.Answered)
                {
                    return null;
                }

                entry.State = RequestState.Closed;
                entry.Verdict = null; // Read back from the journal in the rare case of a repeat.
            }
        }

        return later ? null : new ClosedRequest(entry.Request, verdict!);
    }

    /// <summary>The requests that are closed and whose files are still in the store.</summary>
    public IReadOnlyList<RequestKey> ClosedKeys() => [.. _entries.Where(e => e.Value is { State: RequestState.Closed, Later: false }).Select(e => e.Key)];

    /// <summary>What stands in the journal at this moment, in the order of acceptance, for recovery and for tests.</summary>
    public IReadOnlyList<JournalRow> Snapshot() =>
    [
        .. _entries.Values
            .Where(e => e.OnDisk.Task.IsCompletedSuccessfully)
            .OrderBy(e => e.Id)
            .Select(e => new JournalRow(e.Id, e.Request, e.State, e.Attempts, e.Received.At, e.Verdict, e.Logged, e.Later)),
    ];

    /// <summary>Commits what is queued and closes the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_suspectTimer is not null)
        {
            await _suspectTimer.DisposeAsync();
        }

        await _writer.DisposeAsync();
    }

    private void Enqueue(Entry entry)
    {
        entry.WaitsSince = _time.GetTimestamp();
        _waiting.Add(entry.Request.File.Node, entry);
    }

    private sealed class Entry
    {
        public required long Id { get; init; }
        public required ScanRequest Request { get; set; }
        public required Arrival Received { get; init; }
        public volatile bool Logged;
        public volatile bool Later;
        public volatile int Revision = 1;

        /// <summary>Since when it is in line; what an earlier daemon left waits since the start of this one.</summary>
        public long WaitsSince;
        public long Bytes => (long)Math.Min(Request.File.SeenBytes, 1UL << 40);
        public TaskCompletionSource OnDisk { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public volatile RequestState State;
        public volatile Verdict? Verdict;
        public int Attempts;

        /// <summary>It was being scanned when an earlier daemon died.</summary>
        public bool IsSuspect;
        public string? LastCause;
    }
}
