namespace MailScanBridge.Zeek;

/// <summary>One subscription of a <see cref="ZeekClient"/>; dispose it to end it. Several on the same topic are counted, and the last one ends it at the hub.</summary>
/// <remarks>Thread safety: may be used and disposed by any thread, more than once.</remarks>
public sealed class ZeekSubscription : IDisposable
{
    private Action? _end;

    internal ZeekSubscription(string topic, Task live, Action end)
    {
        Topic = topic;
        Live = live;
        _end = end;
    }

    /// <summary>The topic, as a prefix: every topic that starts with it is received. Matching is by byte, so <c>a.b</c> also receives <c>a.bc</c>; end it in a dot.</summary>
    public string Topic { get; }

    /// <summary>
    /// Completes when the subscription is proven to be live at the hub, for the first time. That each publisher knows of it too only the publisher can tell:
    /// <see cref="ZeekClient.WaitForPublishersAsync(int, CancellationToken)"/> asks it. Cancelled when the client is disposed first.
    /// </summary>
    public Task Live { get; }

    /// <summary>Ends the subscription.</summary>
    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
