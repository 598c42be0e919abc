using System.Collections.Concurrent;
using System.Threading.Channels;
using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using MailScanBridge.Verdicts;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Queue;

/// <summary>How <see cref="ScanQueue.AcceptAsync"/> ended.</summary>
/// <param name="IsNew">False for a repeat of a request that the journal has.</param>
/// <param name="Verdict">The answer, where there is one already.</param>
public readonly record struct Acceptance(bool IsNew, Verdict? Verdict);

/// <summary>A closed request.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Verdict">What was answered.</param>
public sealed record ClosedRequest(ScanRequest Request, Verdict Verdict);

/// <summary>
/// Requests on the disk, from acceptance to acknowledgement, handed out for scanning in the order of acceptance. A task
/// that completes here means: the journal's commit has reached the disk. Safe for concurrent use.
/// </summary>
public sealed partial class ScanQueue : IAsyncDisposable
{
    private readonly ConcurrentDictionary<RequestKey, Entry> _entries = new();
    private readonly Channel<Entry> _waiting = Channel.CreateUnbounded<Entry>();
    private readonly QueueOptions _options;
    private readonly TimeProvider _time;
    private readonly MailScanMetrics _metrics;
    private readonly JournalWriter _writer;
    private long _lastId;
    private int _open;

    private ScanQueue(QueueOptions options, TimeProvider time, MailScanMetrics metrics, JournalWriter writer)
    {
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
        var queue = new ScanQueue(options, time, metrics, new JournalWriter(journal, options.MaxBatch, metrics.JournalCommit));

        // What was being scanned when the daemon died comes last: it may be what killed it, and if it was only near, it will not be near each time.
        foreach (var row in rows.OrderBy(r => r.Attempts).ThenBy(r => r.Id))
        {
            queue.Restore(row, time);
        }

        foreach (var (node, at) in gone)
        {
            queue._gone[node] = at;
        }

        return queue;
    }

    /// <summary>The request that the journal has under a key; null where it has none.</summary>
    public ScanRequest? Find(RequestKey key) => _entries.TryGetValue(key, out var entry) ? entry.Request : null;

    /// <summary>
    /// Puts a request on the disk. A repeat (same key) changes nothing and gives the answer, if there is one. Beyond
    /// <see cref="QueueOptions.MaxOpen"/> the request is journalled with the answer <c>unscanned: overload</c>.
    /// </summary>
    public async Task<Acceptance> AcceptAsync(ScanRequest request, ulong epoch)
    {
        var entry = new Entry { Id = Interlocked.Increment(ref _lastId), Request = request, Received = new Arrival(_time) };
        var known = _entries.GetOrAdd(request.RequestKey, entry);
        if (!ReferenceEquals(known, entry))
        {
            await known.OnDisk.Task;
            return new Acceptance(false, await AnswerOf(known));
        }

        var overload = Interlocked.Increment(ref _open) > _options.MaxOpen
            ? Verdict.Without(VerdictKind.Unscanned, Reasons.Overload, $"{_options.MaxOpen} requests are waiting (queue.max_open)", TimeSpan.Zero, epoch)
            : null;
        try
        {
            await _writer.Write(journal =>
            {
                journal.Insert(entry.Id, request, entry.Received.At);
                if (overload is not null)
                {
                    journal.SetVerdict(entry.Id, overload);
                }
            });
        }
        catch (Exception e)
        {
            _entries.TryRemove(request.RequestKey, out _);
            Interlocked.Decrement(ref _open);
            entry.OnDisk.SetException(e);
            _ = entry.OnDisk.Task.Exception; // Observed here: perhaps nobody else waits for it.
            throw;
        }

        if (overload is null)
        {
            _waiting.Writer.TryWrite(entry);
        }
        else
        {
            Interlocked.Decrement(ref _open);
            _metrics.QueueOverload();
            entry.Verdict = overload;
            entry.State = RequestState.Answered;
        }

        entry.OnDisk.SetResult();
        return new Acceptance(true, overload);
    }

    /// <summary>Waits for the next request to scan. Its attempt is counted on the disk before this returns.</summary>
    public async Task<ScanLease> LeaseAsync(CancellationToken cancellationToken)
    {
        var entry = await _waiting.Reader.ReadAsync(cancellationToken);
        var attempt = entry.Attempts + 1;
        try
        {
            await _writer.Write(journal => journal.SetAttempts(entry.Id, attempt));
        }
        catch
        {
            _waiting.Writer.TryWrite(entry);
            throw;
        }

        entry.Attempts = attempt;
        return new ScanLease(entry.Request, entry.Attempts, entry.Received, entry.LastCause);
    }

    /// <summary>Hands a lease back without a verdict: the request will be leased again, with this attempt counted.</summary>
    public void Return(ScanLease lease, string cause)
    {
        var entry = _entries[lease.Request.RequestKey];
        entry.LastCause = cause;
        _waiting.Writer.TryWrite(entry);
    }

    /// <summary>Takes a lease's attempt back: the daemon stops in an orderly way, or its disk is full, which is no fault of the file.</summary>
    public Task ReleaseAsync(ScanLease lease)
    {
        var entry = _entries[lease.Request.RequestKey];
        entry.Attempts = lease.Attempt - 1;
        return _writer.Write(journal => journal.SetAttempts(entry.Id, lease.Attempt - 1));
    }

    /// <summary>Puts a leased request's verdict on the disk.</summary>
    public async Task AnswerAsync(ScanLease lease, Verdict verdict)
    {
        var entry = _entries[lease.Request.RequestKey];
        await _writer.Write(journal => journal.SetVerdict(entry.Id, verdict));
        entry.Verdict = verdict;
        entry.State = RequestState.Answered;
        Interlocked.Decrement(ref _open);
    }

    /// <summary>Notes that an answer stands in the verdict log.</summary>
    public async Task MarkLoggedAsync(RequestKey key)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            await _writer.Write(journal => journal.SetLogged(entry.Id));
            entry.Logged = true;
        }
    }

    /// <summary>
    /// Closes an answered request: acknowledged, or its node gone for good. Gives what was asked and answered, again for one that is closed
    /// and whose file is still in the store; null where there is nothing to close.
    /// </summary>
    public async Task<ClosedRequest?> CloseAsync(RequestKey key)
    {
        if (!_entries.TryGetValue(key, out var entry) || entry.State is not (RequestState.Answered or RequestState.Closed))
        {
            return null;
        }

        var verdict = await AnswerOf(entry);
        if (entry.State == RequestState.Answered)
        {
            await _writer.Write(journal => journal.SetState(entry.Id, RequestState.Closed));
            entry.State = RequestState.Closed;
            entry.Verdict = null; // Read back from the journal in the rare case of a repeat.
        }

        return new ClosedRequest(entry.Request, verdict!);
    }

    /// <summary>The requests that are closed and whose files are still in the store.</summary>
    public IReadOnlyList<RequestKey> ClosedKeys() => [.. _entries.Where(e => e.Value.State == RequestState.Closed).Select(e => e.Key)];

    /// <summary>Notes that a closed request's file is gone from the store.</summary>
    public async Task DoneAsync(RequestKey key)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            await _writer.Write(journal => journal.SetState(entry.Id, RequestState.Done));
            entry.State = RequestState.Done;
        }
    }

    /// <summary>Removes rows that have been done for longer than <see cref="QueueOptions.KeepDone"/>.</summary>
    public async Task CompactAsync()
    {
        var limit = _time.GetUtcNow() - _options.KeepDone;
        await ForgetNodesAsync(limit);
        await Task.WhenAll(_entries.Where(e => e.Value is { State: RequestState.Done, Logged: true } && e.Value.Received.At < limit).Select(async e =>
        {
            await _writer.Write(journal => journal.Remove(e.Value.Id));
            _entries.TryRemove(e.Key, out _);
        }));
    }

    /// <summary>What stands in the journal at this moment, in the order of acceptance, for recovery and for tests.</summary>
    public IReadOnlyList<JournalRow> Snapshot() =>
    [
        .. _entries.Values
            .Where(e => e.OnDisk.Task.IsCompletedSuccessfully)
            .OrderBy(e => e.Id)
            .Select(e => new JournalRow(e.Id, e.Request, e.State, e.Attempts, e.Received.At, e.Verdict, e.Logged)),
    ];

    /// <summary>Commits what is queued and closes the journal.</summary>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private async Task<Verdict?> AnswerOf(Entry entry)
    {
        var verdict = entry.Verdict;
        if (verdict is null && entry.State is RequestState.Closed or RequestState.Done)
        {
            await _writer.Write(journal => verdict = journal.ReadVerdict(entry.Id));
        }

        return verdict;
    }

    private sealed class Entry
    {
        public required long Id { get; init; }
        public required ScanRequest Request { get; init; }
        public required Arrival Received { get; init; }
        public volatile bool Logged;
        public TaskCompletionSource OnDisk { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public volatile RequestState State;
        public volatile Verdict? Verdict;
        public int Attempts;
        public string? LastCause;
    }
}
