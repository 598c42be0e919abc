using MailScanBridge.Intake;
using MailScanBridge.Retention;
using MailScanBridge.Telemetry;

namespace MailScanBridge;

/// <content>Disks: their floors, and what is kept on them.</content>
internal sealed partial class ScanPipeline
{
    private readonly DiskFloor _spoolFloor;
    private readonly DiskFloor _stateFloor;
    private readonly SpoolStrays _spoolStrays;

    private async Task DiskLoopAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.Heartbeat, _time);
        do
        {
            CheckFloors();
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private void CheckFloors()
    {
        Check("spool", _spoolFloor, "Zeek's extraction will fail when it is full: files will end as custody or truncated. Make room there (disk.min_free_spool).");
        Check("state", _stateFloor, "No new request is accepted, and Zeek sends them again; what is accepted is scanned and answered. Make room there (disk.min_free_state).");
    }

    private void Check(string name, DiskFloor floor, string consequence)
    {
        var changed = floor.Check();
        _metrics.Disk(name, floor.Free, floor.IsLow);
        if (changed && floor.IsLow)
        {
            Log.DiskLow(_logger, name, floor.Path, floor.Free, floor.MinFree, consequence);
        }
        else if (changed)
        {
            Log.DiskAmple(_logger, name, floor.Path, floor.Free);
        }
    }

    /// <summary>What a Zeek that was killed left in the spool is named, and stays: nobody but a person can tell whether it matters.</summary>
    private void TellOfSpoolStrays()
    {
        try
        {
            var (count, news) = _spoolStrays.Look();
            _metrics.SpoolStrays(count);
            if (news.Count > 0)
            {
                Log.SpoolStrays(_logger, count, _custodyOptions.Spool, _custodyOptions.StrayAfter.TotalMinutes, news.Count, string.Join(", ", news.Take(20).Select(n => Printable.Text(n, 100))));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.SweepFailed(_logger, _custodyOptions.Spool, e.Message);
        }
    }

    /// <summary>Every ten minutes: what is kept too long or too large goes, and files that a disk refused to let go are tried again.</summary>
    private async Task TidyAsync(CancellationToken cancellationToken)
    {
        _shelf.SweepRejected(_custody.RejectedDirectory, _custodyOptions.RejectedMaxAge, _custodyOptions.RejectedMaxBytes);
        await _quarantine.SweepAsync(cancellationToken);
        foreach (var key in _queue.ClosedKeys())
        {
            _closing.Writer.TryWrite((key, null));
        }
    }
}
