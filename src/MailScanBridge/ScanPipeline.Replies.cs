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
    private void Answer(RequestKey key, FileRequest request, Verdict verdict)
    {
        _outbox.Send(request, verdict);
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
                if (await InsistAsync(() => _queue.CloseAsync(key, acknowledged), cancellationToken) is { } request)
                {
                    FaultPoints.Pass(FaultPoints.BeforeDelete);
                    if (Forget(request))
                    {
                        await InsistAsync(() => _queue.DoneAsync(key), cancellationToken);
                    }
                }
            }));
            keys.Clear();
        }
    }

    private bool Forget(ScanRequest request) => request.StoreName is null || _shelf.Delete(_custody.PathOf(request.StoreName));

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
        var nextCompaction = _time.GetUtcNow();
        var nextLook = _time.GetUtcNow();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            WatchOverload();
            _outbox.Resend();
            GiveUpUnacknowledged();
            if (_time.GetUtcNow() >= nextLook)
            {
                await InsistAsync(_queue.TellOfGapsAsync, cancellationToken);
                nextLook = _time.GetUtcNow() + TimeSpan.FromSeconds(5);
            }

            if (_time.GetUtcNow() >= nextCompaction)
            {
                await InsistAsync(_queue.CompactAsync, cancellationToken);
                nextCompaction = _time.GetUtcNow() + TimeSpan.FromMinutes(10);
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
        _rules, ackNode, ackIncarnation, _custodyOptions.Spool));
}
