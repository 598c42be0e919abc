using System.Globalization;
using MailScanBridge.Zeek.Transport;

namespace MailScanBridge.Zeek;

public sealed partial class ZeekClient
{
    // First questions are lost where the publisher does not yet know the topic of the answer.
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);

    private int _barriers;

    /// <summary>
    /// Completes when publishers have proven that they know all subscriptions made before this call: from then on nothing that these publish to them is lost for want of a subscriber.
    /// </summary>
    /// <param name="count">How many publishers, each a process of its own.</param>
    /// <param name="cancellationToken">Ends the waiting; without it this waits for as long as too few answer.</param>
    /// <returns>The names under which they answered, such as <c>worker-1</c>. Nothing checks that they are theirs.</returns>
    /// <remarks>
    /// <para>That a subscription is live at the hub (<see cref="ZeekSubscription.Live"/>) does not say that the publishers know of it, and ZeroMQ drops what nobody subscribes to at the
    /// publisher. This asks them, again and again, to answer to a topic that is subscribed to last: subscriptions travel in order, so whoever can answer there knows the earlier ones
    /// too. On the Zeek nodes a script of a few lines must answer: <c>publisher-barrier.zeek</c>, in this package and among the samples.</para>
    /// <para>A lost connection on the way begins the count anew. It proves nothing for subscriptions made during the call, nor after the connection is next lost.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The count is less than 1.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed, or is being so while this waits.</exception>
    public Task<IReadOnlyList<string>> WaitForPublishersAsync(int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return PassPublishersAsync(nodes => nodes.Count >= count, cancellationToken);
    }

    /// <summary>Completes when the publishers of these names have proven that they know all subscriptions made before this call. See <see cref="WaitForPublishersAsync(int, CancellationToken)"/>.</summary>
    /// <param name="nodes">The names of the Zeek nodes, such as <c>worker-1</c>; <c>zeek</c> for one that runs alone.</param>
    /// <param name="cancellationToken">Ends the waiting; without it this waits for as long as one of them does not answer.</param>
    /// <returns>A task that completes when all have answered.</returns>
    /// <exception cref="ObjectDisposedException">The client is disposed, or is being so while this waits.</exception>
    public Task WaitForNamedPublishersAsync(IReadOnlyCollection<string> nodes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        return PassPublishersAsync(answered => nodes.All(answered.Contains), cancellationToken);
    }

    private async Task<IReadOnlyList<string>> PassPublishersAsync(Func<IReadOnlyList<string>, bool> enough, CancellationToken cancellationToken)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            var topic = string.Create(CultureInfo.InvariantCulture, $"{PublisherAnswers.AnswerPrefix}{NodeId}.{Interlocked.Increment(ref _barriers)}.");
            var epoch = ConnectionEpoch;
            await LiveAsync(_subscriptions.Settled(), cancellationToken).ConfigureAwait(false);
            using var last = Subscribe(topic);
            await LiveAsync(last.Live, cancellationToken).ConfigureAwait(false);
            if (await AskAsync(topic, epoch, enough, cancellationToken).ConfigureAwait(false) is { } nodes)
                return nodes;
        }
    }

    /// <summary>Asks until enough have answered; null where the connection was another before, since a new one makes all subscriptions at once, in no order.</summary>
    private async Task<IReadOnlyList<string>?> AskAsync(string topic, long epoch, Func<IReadOnlyList<string>, bool> enough, CancellationToken cancellationToken)
    {
        var ask = new ZeekEvent(PublisherAnswers.AskEvent, ZeekValue.FromString(topic));
        var barrier = _publisherAnswers.Open(topic, epoch);
        try
        {
            while (IsConnected && ConnectionEpoch == epoch)
            {
                var change = barrier.NextChange;
                var nodes = barrier.Nodes;
                if (enough(nodes))
                    return nodes;
                Publish(PublisherAnswers.AskTopic, ask);
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(change, Task.Delay(AskAgain, _time, pause.Token)).ConfigureAwait(false);
                await pause.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return null;
        }
        finally
        {
            _publisherAnswers.Close(topic);
        }
    }

    private async Task LiveAsync(Task live, CancellationToken cancellationToken)
    {
        _loop.Signal();
        try
        {
            await live.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(ZeekClient));
        }
    }
}
