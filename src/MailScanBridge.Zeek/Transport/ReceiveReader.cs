namespace MailScanBridge.Zeek.Transport;

/// <summary>One reader of a <see cref="ReceiveQueue"/>, from its beginning until it is disposed.</summary>
/// <remarks>Thread safety: belongs to one reader; what the queue needs of it is guarded by the queue's lock.</remarks>
internal sealed class ReceiveReader(ReceiveQueue queue, ReceiveLane[]? lanes) : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0);

    /// <summary>The lanes of the names that it reads; null for all that nobody has named.</summary>
    public ReceiveLane[]? Lanes { get; } = lanes;

    /// <summary>It has found nothing and waits; guarded by the queue's lock.</summary>
    public bool Idle { get; set; }

    /// <summary>Completes when there may be something to take; with false where nothing comes any more.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool? more;
        while ((more = queue.Look(this)) is null)
            await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        return more.Value;
    }

    public bool TryTake(out ReceivedMessage message) => queue.TryTake(this, out message);

    public void Wake() => _signal.Release();

    // The semaphore has nothing to free, and the queue may be about to wake it.
    public void Dispose() => queue.Close(this);
}
