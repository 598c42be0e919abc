using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Replies;
using MailScanBridge.Retention;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Zeek;
using Microsoft.Data.Sqlite;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>The daemon's pipeline with the built-in routes and scanner, over a hub that outlives its restarts.</summary>
internal sealed class PipelineHost : IAsyncDisposable
{
    public const string BridgeName = "test.bridge";

    private readonly TemporaryFolder _folder = new();
    private readonly ZeekHub _hub = new(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:0" });
    private readonly CounterSums _counters;
    private readonly List<ZeekClient> _clients = [];
    private CancellationTokenSource? _stop;
    private ZeekClient? _client;
    private ScanPipeline? _pipeline;
    private Task _running = Task.CompletedTask;

    public PipelineHost(string? state = null)
    {
        _hub.Start();
        Spool = Directory.CreateDirectory(Path.Combine(_folder.Path, "spool")).FullName;
        State = state ?? Directory.CreateDirectory(Path.Combine(_folder.Path, "state")).FullName;
        Parts = new PipelineParts
        {
            Pipeline = new PipelineOptions { Bridge = BridgeName, Heartbeat = TimeSpan.FromMilliseconds(100) },
            Custody = new CustodyOptions { Spool = Spool, Store = Path.Combine(State, "store") },
            Queue = new QueueOptions { JournalPath = Path.Combine(State, "journal.sqlite") },
            Scanners = [new ContentScanner()],
            Routes = ConfigLoader.Load(null, _ => null).Routes,
            Replies = new ReplyOptions { Resend = TimeSpan.FromMilliseconds(200), MaxResend = TimeSpan.FromMilliseconds(400) },
            Quarantine = new QuarantineOptions { Path = Path.Combine(State, "quarantine"), MinFree = 0 },
            Disk = new DiskOptions { SpoolMinFree = 0, StateMinFree = 0 },
            AuditLogPath = Path.Combine(State, "audit.json"),
            VerdictLogPath = Path.Combine(_folder.Path, "verdicts.json"),
        };
        _counters = new CounterSums(Parts.Metrics);
    }

    public PipelineParts Parts { get; set; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string Spool { get; }

    public string State { get; }

    public LogRecorder Log { get; } = new();

    public string HubXSub => _hub.XSubEndpoint;

    /// <summary>Frames that the pipeline's client could not decode.</summary>
    public long Undecodable => _client!.Statistics.Undecodable.Values.Sum();

    public bool IsRunning => !_running.IsCompleted;

    /// <summary>Waits for the pipeline to end by itself, which it should not.</summary>
    public Task Running => _running;

    public long Count(string counter) => _counters[counter];

    public IReadOnlyList<string> StoredFiles => [.. Directory.GetFiles(Path.Combine(State, "store", "files")).Select(f => Path.GetFileName(f))];

    public IReadOnlyList<string> LogLines => File.Exists(Parts.VerdictLogPath) ? File.ReadAllLines(Parts.VerdictLogPath) : [];

    public ZeekClient NewClient(string name)
    {
        var client = new ZeekClient(Endpoints(name));
        _clients.Add(client);
        return client;
    }

    public Task StartAsync()
    {
        _stop = new CancellationTokenSource();
        _client = new ZeekClient(Endpoints("bridge"));
        _pipeline = new ScanPipeline(Parts, _client, Time, Log);
        _running = Task.Run(() => _pipeline.RunAsync(_stop.Token));
        return _client.StartAsync(Wait.Token);
    }

    public async Task StopAsync()
    {
        if (_stop is null)
        {
            return;
        }

        await _stop.CancelAsync();
        try
        {
            await _running.WaitAsync(Wait.Deadline);
        }
        catch (OperationCanceledException)
        {
            // It was stopped while it was still connecting.
        }
        finally
        {
            await _pipeline!.DisposeAsync();
            await _client!.DisposeAsync();
            _stop.Dispose();
            _stop = null;
        }
    }

    /// <summary>The journal's rows; only while the pipeline is stopped.</summary>
    public async Task<IReadOnlyList<JournalRow>> RowsAsync()
    {
        await using var queue = ScanQueue.Open(Parts.Queue, TimeProvider.System, Parts.Metrics, Log);
        return queue.Snapshot();
    }

    /// <summary>How far a request is in the journal, also while the pipeline runs.</summary>
    public RequestState StateOf(ulong seqno)
    {
        using var connection = new SqliteConnection($"Data Source={Parts.Queue.JournalPath};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT state FROM requests WHERE seqno = $seqno";
        command.Parameters.AddWithValue("$seqno", (long)seqno);
        return (RequestState)(long)command.ExecuteScalar()!;
    }

    /// <summary>Changes the journal behind the pipeline's back; only while it is stopped.</summary>
    public void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Parts.Queue.JournalPath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await _hub.DisposeAsync();
        _counters.Dispose();
        _folder.Dispose();
    }

    private ZeekClientOptions Endpoints(string name) => new()
    {
        HubXPub = _hub.XPubEndpoint,
        HubXSub = _hub.XSubEndpoint,
        NodeName = name,
        Linger = TimeSpan.FromMilliseconds(500),
    };
}
