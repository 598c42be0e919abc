using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Replies;
using MailScanBridge.Telemetry;
using MailScanBridge.Verdicts;
using Microsoft.Data.Sqlite;

namespace MailScanBridge;

/// <content>From the verdict back to Zeek, and the end of the file's stay.</content>
internal sealed partial class ScanPipeline
{
    private void Answer(RequestKey key, FileRequest request, Verdict verdict, TimeSpan waited = default)
    {
        _outbox.Send(request, verdict, waited);
        if (_outbox.IsGone(key))
        {
            _closing.Writer.TryWrite((key, null));
        }
    }

    /// <summary>Closes what is acknowledged, in batches: the journal first, then the file, then the journal again.</summary>
    private async Task ClosingLoopAsync(CancellationToken cancellationToken)
    {
        var keys = new HashSet<(RequestKey Key, int? Acknowledged)>();
        while (await _closing.Reader.WaitToReadAsync(cancellationToken))
        {
            while (keys.Count < 1000 && _closing.Reader.TryRead(out var key))
            {
                keys.Add(key);
            }

            await Task.WhenAll(keys.Select(async closing =>
            {
                var (key, acknowledged) = closing;
                _outbox.Remove(key, acknowledged);
                if (await InsistAsync(() => _queue.CloseAsync(key, acknowledged), cancellationToken) is { } closed && await ForgetAsync(closed, cancellationToken))
                {
                    await InsistAsync(() => _queue.DoneAsync(key), cancellationToken);
                }
            }));
            keys.Clear();
        }
    }

    /// <summary>The file's end: into quarantine if its verdict is one of those, then out of the store. False where the disk refuses one of the two.</summary>
    private async Task<bool> ForgetAsync(ClosedRequest closed, CancellationToken cancellationToken)
    {
        if (closed.Request.StoreName is not { } name)
        {
            return true;
        }

        var path = _custody.PathOf(name);
        if (!await _quarantine.KeepAsync(path, closed.Request.File, closed.Verdict, cancellationToken))
        {
            return false;
        }

        FaultPoints.Pass(FaultPoints.BeforeDelete);
        return _shelf.Delete(path);
    }

    private async Task HeartbeatLoopAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.Heartbeat, _time);
        do
        {
            _client.Publish(Topics.Bridge(_options.Bridge), Status("", 0));
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task ResendLoopAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), _time);
        var lastTidied = (long?)null;
        var lastLook = (long?)null;
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            WatchOverload();
            _outbox.Resend();
            GiveUpUnacknowledged();
            if (lastLook is null || _time.GetElapsedTime(lastLook.Value) >= TimeSpan.FromSeconds(5))
            {
                lastLook = _time.GetTimestamp();
                await InsistAsync(_queue.TellOfGapsAsync, cancellationToken);
            }

            if (lastTidied is null || _time.GetElapsedTime(lastTidied.Value) >= TimeSpan.FromMinutes(10))
            {
                lastTidied = _time.GetTimestamp();
                await InsistAsync(_queue.CompactAsync, cancellationToken);
                await TidyAsync(cancellationToken);
            }
        }
    }

    /// <summary>A trace that was killed, a node that never comes back: their files may not stay for ever.</summary>
    private void GiveUpUnacknowledged()
    {
        var expired = _outbox.Expired();
        if (expired.Count > 0)
        {
            Log.NeverAcknowledged(_logger, expired.Count, _replyOptions.GiveUpAfter.TotalHours, expired[0]);
            foreach (var key in expired)
            {
                _outbox.Remove(key);
                _closing.Writer.TryWrite((key, null));
            }
        }
    }

    /// <summary>Answers a node's ledger with what is counted here.</summary>
    private async Task ReckonAsync(Ledger theirs, CancellationToken cancellationToken)
    {
        LedgerReading reading;
        try
        {
            reading = await _queue.ReadLedgerAsync(theirs.Node, theirs.Incarnation, theirs.Asked);
        }
        catch (Exception e) when (e is SqliteException or ObjectDisposedException)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                TellOfTheJournal(e); // Zeek writes its row without our figures, and says so.
            }

            return;
        }

        var ours = reading.Counts;
        var overdue = reading.Gaps.Sum(g => g.Count);
        Log.Reckoning(
            _logger, Printable.Text(theirs.Node), theirs.Incarnation, theirs.Asked, theirs.Malicious + theirs.Suspicious + theirs.Error + theirs.Unscanned + theirs.Clean, theirs.GivenUp, theirs.Open,
            ours.Accepted, ours.Verdicts, ours.Missing);
        _client.Publish(Topics.Reply(theirs.Node, theirs.Incarnation), new BridgeLedgerEvent(new BridgeLedger(
            EventDecoder.Proto, theirs.Node, theirs.Incarnation, Epoch, theirs.Sent, (ulong)ours.First, (ulong)ours.Highest, (ulong)ours.Accepted, (ulong)ours.Missing, (ulong)overdue,
            ScanQueue.SomeOf(reading.Gaps), (ulong)ours.Malicious, (ulong)ours.Suspicious, (ulong)ours.Error, (ulong)ours.Unscanned, (ulong)ours.Clean, (ulong)ours.Rescans, (ulong)ours.Open,
            (ulong)ours.Acknowledged)));
    }

    private BridgeStatusEvent Status(string ackNode, ulong ackIncarnation) => new(new BridgeStatus(
        EventDecoder.Proto, _options.Bridge, Epoch, _version, _time.GetUtcNow(), _options.Heartbeat, CreditNow, (uint)_queue.OpenCount, (uint)_overload.Level,
        NameRules(), ackNode, ackIncarnation, _custodyOptions.Spool));
}
