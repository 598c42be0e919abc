using System.Collections.Concurrent;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.Daemon.Soak;
using MailScanBridge.Zeek;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>A stand-in sensor that asks a daemon about files whose verdicts are known, and the count of what became of each.</summary>
internal sealed class LoadRun : IAsyncDisposable
{
    private readonly DaemonProcess _daemon;
    private readonly ZeekClient _client;
    private readonly StandInSensor _sensor;
    private readonly ConcurrentQueue<SensorRow> _rows = new();

    /// <param name="daemon">Whom it asks.</param>
    /// <param name="rate">Files a second.</param>
    /// <param name="files">In their order; a label is the verdict that is due.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public LoadRun(DaemonProcess daemon, int rate, IEnumerable<SensorFile> files, CancellationToken cancellationToken)
    {
        _daemon = daemon;
        _client = new ZeekClient(new ZeekClientOptions { HubXPub = daemon.HubXPub, HubXSub = daemon.HubXSub, NodeName = "stand-in" });
        _sensor = new StandInSensor(
            new StandInOptions { Spool = daemon.Spool, Bridge = daemon.Bridge, EndWait = TimeSpan.FromSeconds(120), StartWait = TimeSpan.FromSeconds(60), Rate = rate }, _client, TimeProvider.System);
        Asking = _sensor.RunAsync(files, _rows.Enqueue, cancellationToken);
    }

    /// <summary>Ends when every file has its row.</summary>
    public Task Asking { get; }

    public IReadOnlyCollection<SensorRow> Rows => _rows;

    /// <summary>Waits for the last answer, and until the store is empty; stops the daemon, and counts.</summary>
    public async Task<SoakReport> ReportAsync(CancellationToken cancellationToken)
    {
        await Asking;
        await Eventually.TrueAsync(() => Left == 0, "spool and store are empty", cancellationToken);
        await _daemon.StopAsync(cancellationToken);
        return new SoakReport
        {
            Requests = (int)_sensor.Asked,
            Rows = [.. _rows],
            Duplicates = SoakReport.CountDuplicates(_daemon.VerdictLog),
            Repeats = _sensor.Repeats,
            Faults = 1,
            Sending = _sensor.SendingTook,
            Usages = [],
            FilesLeft = Left,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        Assert.True(Asking.IsCompleted, "the load still runs");
    }

    private int Left => ((string[])[_daemon.Spool, Path.Combine(_daemon.State, "store", "files")]).Sum(d => Directory.EnumerateFiles(d).Count(f => Path.GetFileName(f) != "ballast"));
}
