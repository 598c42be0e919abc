using MailScanBridge.Intake;
using MailScanBridge.Replies;
using MailScanBridge.Telemetry;
using MailScanBridge.Verdicts;
using MailScanBridge.Zeek;

namespace MailScanBridge;

/// <content>From the verdict back to Zeek, and the end of the file's stay.</content>
internal sealed partial class ScanPipeline
{
    private void Answer(RequestKey key, FileRequest request, Verdict verdict)
    {
        _outbox.Send(request, verdict);
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
                if (await InsistAsync(() => _queue.CloseAsync(key), cancellationToken) is { } request)
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
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            _outbox.Resend();
            GiveUpUnacknowledged();
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
                _closing.Writer.TryWrite(key);
            }
        }
    }

    private ZeekEvent Status(string ackNode, ulong ackIncarnation) => ReplyEvents.Status(new BridgeStatus(
        _options.Bridge, Epoch, _version, _time.GetUtcNow(), _options.Heartbeat, _options.Credit, _queue.OpenCount, Level: 0,
        NameRules(), ackNode, ackIncarnation, _custodyOptions.Spool));
}
