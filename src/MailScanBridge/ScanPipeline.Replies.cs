using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Replies;
using MailScanBridge.Telemetry;
using MailScanBridge.Verdicts;

namespace MailScanBridge;

/// <content>From the verdict back to Zeek, and the end of the file's stay.</content>
internal sealed partial class ScanPipeline
{
    private void Answer(RequestKey key, FileRequest request, Verdict verdict, TimeSpan waited = default)
    {
        _outbox.Send(request, verdict, waited);
        if (_outbox.IsGone(key))
        {
            _closing.Writer.TryWrite(key);
        }
    }

    /// <summary>Closes what is acknowledged, in batches: the journal first, then the file, then the journal again.</summary>
    private async Task ClosingLoopAsync(CancellationToken cancellationToken)
    {
        var keys = new HashSet<RequestKey>();
        while (await _closing.Reader.WaitToReadAsync(cancellationToken))
        {
            while (keys.Count < 1000 && _closing.Reader.TryRead(out var key))
            {
                keys.Add(key);
            }

            await Task.WhenAll(keys.Select(async key =>
            {
                _outbox.Remove(key);
                if (await InsistAsync(() => _queue.CloseAsync(key), cancellationToken) is { } closed && await ForgetAsync(closed, cancellationToken))
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
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            _outbox.Resend();
            GiveUpUnacknowledged();
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
                _closing.Writer.TryWrite(key);
            }
        }
    }

    private BridgeStatusEvent Status(string ackNode, ulong ackIncarnation) => new(new BridgeStatus(
        EventDecoder.Proto, _options.Bridge, Epoch, _version, _time.GetUtcNow(), _options.Heartbeat, (uint)_options.Credit, (uint)_queue.OpenCount, Level: 0,
        _rules, ackNode, ackIncarnation, _custodyOptions.Spool));
}
