using System.Collections.Concurrent;
using System.Threading.Channels;
using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Replies;
using MailScanBridge.Retention;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.External;
using MailScanBridge.Verdicts;
using MailScanBridge.Zeek;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace MailScanBridge;

/// <summary>
/// The spine: a request's journey through the rooms. Intake takes the file and puts the request on the disk, only then is it
/// accepted; a worker unpacks, routes and scans; the verdict is put on the disk, only then published, and again until
/// acknowledged; only then does the file leave the store. The rooms know nothing of each other.
/// </summary>
internal sealed partial class ScanPipeline : IAsyncDisposable
{
    private readonly PipelineOptions _options;
    private readonly ReplyOptions _replyOptions;
    private readonly ZeekClient _client;
    private readonly Custody _custody;
    private readonly CustodyOptions _custodyOptions;
    private readonly ScanQueue _queue;
    private readonly QueueOptions _queueOptions;
    private readonly Router _router;
    private readonly FileScan _scan;
    private readonly MailPartsBook _parts;
    private readonly IReadOnlyList<IExternalUnpacker> _unpackers;
    private readonly IReadOnlyList<Route> _routes;
    private readonly ConcurrentDictionary<string, IScanner> _scanners;
    private readonly Outbox _outbox;
    private readonly VerdictLog _verdictLog;
    private readonly Shelf _shelf;
    private readonly OverloadLevel _overload;
    private readonly OriginRates _rates;
    private readonly Route _lowRisk;
    private readonly Quarantine _quarantine;
    private readonly MailScanMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _version;
    private readonly Channel<(RequestKey Key, FileRequest Request, Verdict? Verdict)> _accepted = Channel.CreateUnbounded<(RequestKey, FileRequest, Verdict?)>();
    private readonly Channel<ClosedRequest> _keeping = Channel.CreateUnbounded<ClosedRequest>(); // bounded by quarantine.max_waiting
    private readonly ConcurrentDictionary<RequestKey, byte> _inLine = new(); // what is in it, or is being kept
    private readonly QuarantineOptions _quarantineOptions;
    private int _keepingIsBehind;
    private readonly Channel<(RequestKey Key, int? Acknowledged)> _closing = Channel.CreateUnbounded<(RequestKey, int?)>();
    private readonly SemaphoreSlim _accepting;
    private readonly SemaphoreSlim _scanning;
    private readonly ConcurrentDictionary<string, byte> _toldOnce = new();
    private readonly ConcurrentDictionary<NodeLife, byte> _greeted = new();

    public ScanPipeline(PipelineParts parts, ZeekClient client, TimeProvider time, ILoggerFactory loggers)
    {
        _options = parts.Pipeline;
        _replyOptions = parts.Replies;
        _client = client;
        _metrics = parts.Metrics;
        _time = time;
        _logger = loggers.CreateLogger("MailScanBridge.Pipeline");
        _custodyOptions = parts.Custody;
        _custody = new Custody(parts.Custody);
        _queueOptions = parts.Queue;
        _queue = ScanQueue.Open(parts.Queue, time, _metrics, _logger);
        _overload = new OverloadLevel(parts.Overload, parts.Queue.MaxOpen);
        _rates = new OriginRates(parts.Overload, time);
        _maxRate = parts.Overload.MaxRate;
        _started = time.GetTimestamp();
        _lowRisk = new Route("low risk", parts.Overload.LowRisk, []);
        _unpackers = parts.ExternalUnpackers;
        _parts = new MailPartsBook(parts.MailParts, _metrics, time);
        _routes = parts.Routes;
        _scanners = new ConcurrentDictionary<string, IScanner>(parts.Scanners.ToDictionary(s => s.Name));
        _scan = new FileScan(
            new Unpacker(parts.Unpacking, time, parts.Passwords, parts.ExternalUnpackers), _router = new Router(parts.Routes),
            new ScanRunner(_scanners, _metrics, time, new ScanCache(parts.Cache, _metrics, time), parts.Absent), _options.ScanTimeout, time);
        _outbox = new Outbox(client.Publish, parts.Replies, _metrics, time);
        _verdictLog = new VerdictLog(parts.VerdictLogPath, time, _queue.MarkLoggedAsync, _logger);
        _shelf = new Shelf(_metrics, time, _logger);
        _quarantineOptions = parts.Quarantine;
        _quarantine = new Quarantine(parts.Quarantine, new AuditLog(parts.AuditLogPath, time, _logger), time, _metrics, _logger);
        _spoolStrays = new SpoolStrays(parts.Custody, time);
        _spoolFloor = new DiskFloor(parts.Custody.Spool, parts.Disk.SpoolMinFree);
        _stateFloor = new DiskFloor(Path.GetDirectoryName(parts.Queue.JournalPath)!, parts.Disk.StateMinFree);
        _accepting = new SemaphoreSlim(parts.Pipeline.MaxAccepting);
        _scanning = new SemaphoreSlim(parts.Pipeline.Workers);
        _version = ProductVersion.Text;
        Epoch = (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;
        client.Subscribe(Topics.Request(_options.Bridge));
    }

    /// <summary>Start of this daemon in microseconds since the epoch; a new one tells Zeek to send again what is open.</summary>
    public ulong Epoch { get; }

    /// <summary>Requests accepted and without a verdict.</summary>
    public int OpenCount => _queue.OpenCount;

    /// <summary>Takes in a scanner that was absent before: the next step that names it runs it.</summary>
    public void Add(IScanner scanner) => _scanners[scanner.Name] = scanner;

    /// <summary>Recovers what an earlier daemon left, connects, and runs until cancelled; then says good-bye.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Recover();
        await _client.StartAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            IntakeLoopAsync(stop.Token),
            AcceptedLoopAsync(stop.Token),
            ClosingLoopAsync(stop.Token),
            KeepingLoopAsync(stop.Token),
            HeartbeatLoopAsync(stop.Token),
            ResendLoopAsync(stop.Token),
            DiskLoopAsync(stop.Token),
            .. Enumerable.Range(0, UnderWay * _options.Workers).Select(_ => Task.Run(() => ScanLoopAsync(stop.Token), CancellationToken.None)),
        ];
        var first = await Task.WhenAny(loops);
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(loops);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
        finally
        {
            _client.Publish(Topics.Bridge(_options.Bridge), new BridgeBye(_options.Bridge, Epoch, first.IsFaulted ? "failed" : "stopped"));
        }
    }

    /// <summary>Writes what is on its way to the disk and closes the journal. The client is the caller's.</summary>
    public async ValueTask DisposeAsync()
    {
        await _verdictLog.DisposeAsync();
        await _queue.DisposeAsync();
        _accepting.Dispose();
        _scanning.Dispose();
        _quarantine.Dispose();
    }

    /// <summary>
    /// Writes to the journal again and again while the disk refuses: nothing may go on as if it were written, and a disk that is
    /// full for a while is no reason to end.
    /// </summary>
    private async Task<T> InsistAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await write();
            }
            catch (SqliteException e)
            {
                TellOfTheJournal(e);
                await Task.Delay(TimeSpan.FromMilliseconds(200), _time, cancellationToken);
            }
        }
    }

    private Task InsistAsync(Func<Task> write, CancellationToken cancellationToken) => InsistAsync(
        async () =>
        {
            await write();
            return true;
        },
        cancellationToken);

    /// <summary>Asked anew each time: a list or a database that is read again has another version.</summary>
    private string NameRules() => RuleSet.NameOf(_scanners.Values.OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => (s.Name, s.Version)).Concat(_unpackers.Select(u => ("unpacking.external", (string?)u.Fingerprint))), _routes);

    private static int RevisionOf(JournalRow row) => Math.Max(1, row.Verdict?.Revision ?? 1);

    private void Recover()
    {
        var rows = _queue.Snapshot();
        var unlogged = rows.Where(r => r is { Verdict: not null, Logged: false }).ToList();
        var logged = VerdictLog.FindLogged(_verdictLog.FilePath, [.. unlogged.Select(r => (r.Request.RequestKey, RevisionOf(r)))]);
        foreach (var row in unlogged)
        {
            if (logged.Contains((row.Request.RequestKey, RevisionOf(row))))
            {
                _ = _queue.MarkLoggedAsync(row.Request.RequestKey, RevisionOf(row));
            }
            else
            {
                _verdictLog.Append(row.Request.File, row.Verdict!);
            }
        }

        foreach (var row in rows)
        {
            _parts.Note(row.Request.File);
        }

        foreach (var node in _queue.Gone)
        {
            _outbox.NodeIsGone(node);
        }

        foreach (var row in rows.Where(r => r.State == RequestState.Answered))
        {
            Answer(row.Request.RequestKey, row.Request.File, row.Verdict!, RevisionOf(row) > 1 ? TimeSpan.Zero : new Arrival(row.Received, _time).Waited);
        }

        var closed = rows.Where(r => r is { State: RequestState.Closed, Later: false }).ToList();
        foreach (var row in closed)
        {
            _closing.Writer.TryWrite((row.Request.RequestKey, null));
        }

        // A file without a request: the crash came between the move and the commit. Zeek asks again, and it is found by its name.
        var known = rows.Select(r => r.Request.StoreName).ToHashSet();
        var strays = _custody.StoredNames().Where(n => !known.Contains(n)).ToList();
        if (strays.Count > 0)
        {
            Log.Strays(_logger, strays.Count, string.Join(", ", strays.Take(20)), Path.GetDirectoryName(_custody.PathOf("x"))!);
        }

        foreach (var left in Directory.EnumerateDirectories(_custody.WorkDirectory))
        {
            Directory.Delete(left, recursive: true);
        }

        _quarantine.Prepare();
        CheckFloors();

        Log.Recovered(_logger, rows.Count(r => r.State == RequestState.Accepted), rows.Count(r => r.State == RequestState.Answered), closed.Count);
    }
}
