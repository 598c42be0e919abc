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
    private int _surplusTold;

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
                if (await InsistAsync(() => _queue.CloseAsync(key, acknowledged), cancellationToken) is { } closed && !IsInLineToBeKept(closed))
                {
                    await EndAsync(closed, cancellationToken);
                }
            }));
            keys.Clear();
        }
    }

    /// <summary>
    /// Whether a file waits to go into quarantine, in a line of its own: an archive is written and synced for each, and files that need none must
    /// not wait for that. Where the line is full the file is not kept.
    /// </summary>
    private bool IsInLineToBeKept(ClosedRequest closed)
    {
        var key = closed.Request.RequestKey;
        if (closed.Request.StoreName is null || !_quarantine.Wants(closed.Verdict))
        {
            return false;
        }

        if (_inLine.ContainsKey(key))
        {
            return true;
        }

        if (_keeping.Reader.Count >= _quarantineOptions.MaxWaiting)
        {
            _quarantine.LeaveOut(key, tell: Interlocked.Exchange(ref _keepingIsBehind, 1) == 0);
            return false;
        }

        _inLine[key] = 0;
        _keeping.Writer.TryWrite(closed);
        return true;
    }

    private async Task KeepingLoopAsync(CancellationToken cancellationToken)
    {
        await foreach (var closed in _keeping.Reader.ReadAllAsync(cancellationToken))
        {
            if (await _quarantine.KeepAsync(_custody.PathOf(closed.Request.StoreName!), closed.Request.File, closed.Verdict, cancellationToken))
            {
                await EndAsync(closed, cancellationToken);
            }

            _inLine.TryRemove(closed.Request.RequestKey, out _);
            if (_keeping.Reader.Count == 0)
            {
                Volatile.Write(ref _keepingIsBehind, 0);
            }
        }
    }

    /// <summary>The file's end: out of the store, unless the disk refuses; then the tidying tries again.</summary>
    private async Task EndAsync(ClosedRequest closed, CancellationToken cancellationToken)
    {
        if (closed.Request.StoreName is { } name)
        {
            FaultPoints.Pass(FaultPoints.BeforeDelete);
            if (!_shelf.Delete(_custody.PathOf(name)))
            {
                return;
            }
        }

        await InsistAsync(() => _queue.DoneAsync(closed.Request.RequestKey), cancellationToken);
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
        var lastStrays = (long?)null;
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

            if (lastStrays is null || _time.GetElapsedTime(lastStrays.Value) >= _custodyOptions.StrayAfter)
            {
                lastStrays = _time.GetTimestamp();
                TellOfSpoolStrays();
            }

            if (lastTidied is null || _time.GetElapsedTime(lastTidied.Value) >= TimeSpan.FromMinutes(10))
            {
                lastTidied = _time.GetTimestamp();
                await InsistAsync(_queue.CompactAsync, cancellationToken);
                await TidyAsync(cancellationToken);
            }
        }
    }

    /// <summary>A trace that was killed, a node that never comes back, a peer that acknowledges nothing: their files may not stay for ever.</summary>
    private void GiveUpUnacknowledged()
    {
        var expired = _outbox.Expired();
        if (expired.Count > 0)
        {
            Log.NeverAcknowledged(_logger, expired.Count, _replyOptions.GiveUpAfter.TotalHours, expired[0]);
            GiveUp(expired, "age");
        }

        var surplus = _outbox.Surplus();
        if (surplus.Count == 0)
        {
            Volatile.Write(ref _surplusTold, 0);
            return;
        }

        if (Interlocked.Exchange(ref _surplusTold, 1) == 0)
        {
            Log.TooManyUnacknowledged(_logger, _replyOptions.MaxUnacknowledged, surplus[0]);
        }

        GiveUp(surplus, "number");
    }

    private void GiveUp(IReadOnlyList<RequestKey> keys, string cause)
    {
        _metrics.VerdictsGivenUp(keys.Count, cause);
        foreach (var key in keys)
        {
            _outbox.Remove(key);
            _closing.Writer.TryWrite((key, null));
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
