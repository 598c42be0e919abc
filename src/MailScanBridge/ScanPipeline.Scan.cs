using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;

namespace MailScanBridge;

/// <content>From the journal to the verdict.</content>
internal sealed partial class ScanPipeline
{
    // Requests under way for each that is scanned: while the verdict of one is on its way to the disk, the next is scanned.
    private const int UnderWay = 2;

    private async Task ScanLoopAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            ScanLease lease;
            Verdict? verdict;
            await _scanning.WaitAsync(cancellationToken);
            try
            {
                lease = await InsistAsync(() => _queue.LeaseAsync(cancellationToken), cancellationToken);
                try
                {
                    verdict = await ScanAsync(lease, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    await _queue.ReleaseAsync(lease);
                    throw;
                }
            }
            finally
            {
                _scanning.Release();
            }

            if (verdict is null)
            {
                continue;
            }

            verdict = verdict with { Revision = lease.Revision };
            await InsistAsync(() => _queue.AnswerAsync(lease, verdict), cancellationToken);
            FaultPoints.Pass(FaultPoints.BeforePublish);
            Answer(lease.Request.RequestKey, lease.Request.File, verdict);
            Tell(lease.Request.File, verdict);
        }
    }

    /// <summary>A verdict as it stands in the daemon's own logs and metrics.</summary>
    private void Tell(FileRequest request, Verdict verdict)
    {
        _verdictLog.Append(request, verdict);
        _metrics.Verdict(verdict.Kind, verdict.Reason);
        var name = request.Filename is { } given ? $"\"{Printable.Text(given, 60)}\"" : Printable.Text(request.Kind, 20);
        var hash = verdict.Sha256.Length > 12 ? verdict.Sha256[..12] : "-";
        Log.Answered(_logger, Words.Of(verdict.Kind), request.RequestKey, name, verdict.DetectedType.Length > 0 ? verdict.DetectedType : "-", hash, verdict.Detail);
    }

    /// <summary>The verdict of one attempt; null where the attempt failed and the request goes back into the queue.</summary>
    private async Task<Verdict?> ScanAsync(ScanLease lease, CancellationToken cancellationToken)
    {
        var since = lease.Received.Waited;
        if (lease.Request.CustodyFailure is { } custody)
        {
            return Verdict.Without(VerdictKind.Error, Reasons.Custody, custody, since, Epoch);
        }

        if (lease.Attempt > _queueOptions.MaxAttempts)
        {
            return Verdict.Without(
                VerdictKind.Error, Reasons.GaveUp, $"{_queueOptions.MaxAttempts} attempts ended without a verdict; the last one: {lease.LastCause ?? "the daemon died"}", since, Epoch);
        }

        try
        {
            return await AttemptAsync(lease, cancellationToken);
        }
        catch (WorkDirectoryException e) when (lease.Received.Waited < _replyOptions.AnswerWithin)
        {
            // More likely the disk's fault than the file's: as long as Zeek waits, the attempt does not count. After that it does,
            // since a file that is larger inside than the disk must come to an end too.
            TellOfTheJournal(e);
            await InsistAsync(() => _queue.ReleaseAsync(lease), cancellationToken);
            _ = ReturnLaterAsync(lease, e, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.AttemptFailed(_logger, lease.Request.RequestKey, lease.Attempt, e);
            _queue.Return(lease, Printable.Text(e.GetBaseException().Message));
            return null;
        }
    }

    /// <summary>Hands a lease back in a second; no worker waits for that.</summary>
    private async Task ReturnLaterAsync(ScanLease lease, Exception cause, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellationToken);
            _queue.Return(lease, Printable.Text(cause.GetBaseException().Message));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The daemon stops; the journal has the request as accepted, for the next start.
        }
    }

    private async Task<Verdict> AttemptAsync(ScanLease lease, CancellationToken cancellationToken)
    {
        var request = lease.Request;
        var path = _custody.PathOf(request.StoreName!);
        if (!File.Exists(path) && _custody.Take(request.File).CustodyFailure is { } lost)
        {
            return Verdict.Without(VerdictKind.Error, Reasons.Custody, $"the file is gone from the store: {lost}", lease.Received.Waited, Epoch);
        }

        var level = _overload.Level;
        var work = _custody.WorkDirectoryOf(request.RequestKey.FileName);
        return await _scan.RunAsync(
            request.File, path, Printable.Decode(request.File.Filename), work, () => lease.Received.Waited, Epoch, cancellationToken,
            level > 0 ? $"left out: overload level {level}" : null,
            (unpacked, token) => _parts.Compare(request.File, unpacked, token));
    }
}
