namespace MailScanBridge.Zeek;

public sealed partial class ZeekClient
{
    /// <summary>Publishes an event. Never waits.</summary>
    /// <param name="topic">The topic; everyone who subscribes to a prefix of it receives the event.</param>
    /// <param name="e">The event.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">The event is larger than <see cref="ZeekWireLimits.MaxBytes"/>.</exception>
    public PublishResult Publish(string topic, ZeekEvent e)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(e);
        var known = _topics.Get(topic);
        var refused = WhyRefused(known);
        if (refused is { } reason)
            return reason;
        return Enqueue(known, ZeekWire.Encode(e));
    }

    /// <summary>Publishes an event that was received or recorded, byte for byte, as one of this client. Never waits.</summary>
    /// <param name="e">The event, which goes to the topic that it had.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">The event is larger than <see cref="ZeekWireLimits.MaxBytes"/>.</exception>
    public PublishResult Publish(ZeekRawEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        var known = _topics.Get(e.Topic);
        return WhyRefused(known) ?? Enqueue(known, e.Payload.ToArray());
    }

    /// <summary>Tells whether someone else in the cluster is certain to subscribe to a prefix of the topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <returns>
    /// True where an event published to it would reach someone else. False where nobody subscribes, while there is no connection, and where the hub cannot tell:
    /// <see cref="SubscribersOf"/> tells these apart.
    /// </returns>
    public bool HasSubscribers(string topic) => SubscribersOf(topic) == ZeekSubscribers.Others;

    /// <summary>Tells who subscribes to a prefix of the topic, as far as the hub tells.</summary>
    /// <param name="topic">The topic.</param>
    /// <returns>
    /// <see cref="ZeekSubscribers.PerhapsOthers"/> where the only prefix that matches is one to which this client subscribes too. Events are published all the same. Programs that
    /// publish to a topic and also listen to it can keep it certain by subscribing to another prefix than the others, shorter or longer by a part.
    /// </returns>
    public ZeekSubscribers SubscribersOf(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return _topics.Get(topic).Subscribers(_directory);
    }

    /// <summary>Completes when someone else in the cluster is certain to subscribe to a prefix of the topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Ends the waiting, which does not end by itself where <see cref="SubscribersOf"/> stays <see cref="ZeekSubscribers.PerhapsOthers"/>.</param>
    /// <returns>A task that completes when an event published to the topic would reach someone else.</returns>
    /// <exception cref="ObjectDisposedException">The client is disposed, or is being so while this waits.</exception>
    public async Task WaitForSubscriberAsync(string topic, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var change = _directory.NextChange;
            if (HasSubscribers(topic))
                return;
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private PublishResult? WhyRefused(Transport.PublishTopic topic)
    {
        if (!_loop.Up)
        {
            Interlocked.Increment(ref _counters.RefusedDisconnected);
            return PublishResult.Disconnected;
        }

        if (topic.Subscribers(_directory) == ZeekSubscribers.None)
        {
            Interlocked.Increment(ref _counters.RefusedNoSubscriber);
            return PublishResult.NoSubscriber;
        }

        return null;
    }

    // What was accepted just as the loop ended is taken by nobody; both the publisher and the end come here, so each such event is counted, and once.
    private void LoseLeft() => Interlocked.Add(ref _counters.SendLost, _sendQueue.Clear());

    private PublishResult Enqueue(Transport.PublishTopic topic, byte[] payload)
    {
        if (payload.Length > _options.Limits.MaxBytes)
            throw new ArgumentException($"The event has {payload.Length} bytes, more than the limit of {_options.Limits.MaxBytes}.", "e");
        if (!_sendQueue.TryAdd(topic.Bytes, payload))
        {
            Interlocked.Increment(ref _counters.RefusedQueueFull);
            return PublishResult.QueueFull;
        }

        Interlocked.Increment(ref _counters.Published);
        if (_loop.Ended)
            LoseLeft();
        _loop.Signal();
        return PublishResult.Sent;
    }
}
