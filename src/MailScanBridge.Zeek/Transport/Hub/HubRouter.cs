using MailScanBridge.Zeek.Transport.Zmtp;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport.Hub;

/// <summary>
/// Who is connected, who subscribes to what, and the passing on: messages from publishers to the subscribers of their topic, the first and last subscription
/// of a topic to all publishers.
/// </summary>
/// <remarks>
/// One lock guards all of it, so that a subscription and the notices of it have one order for everyone, which is what barriers rest on. What is done under it
/// is copying; no one waits for a peer. Thread safety: all members by any thread.
/// </remarks>
internal sealed class HubRouter
{
    // Topics that publishers name; their number and length are theirs to choose, so what is remembered of them is bounded.
    private const int MaxRoutes = 4096;

    private const int MaxRouteTopicBytes = 1024;

    private readonly Lock _lock = new();
    private readonly HashSet<HubSubscriber> _subscribers = [];
    private readonly HashSet<HubPublisher> _publishers = [];
    private readonly Dictionary<byte[], int> _topics = new(ByteContent.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _topicsBySpan;
    private readonly Dictionary<byte[], HubSubscriber[]> _routes = new(ByteContent.Instance);
    private readonly Dictionary<byte[], HubSubscriber[]>.AlternateLookup<ReadOnlySpan<byte>> _routesBySpan;
    private long _forwarded;
    private long _forwardedBytes;
    private long _unmatched;
    private long _subscriptionChanges;
    private long _droppedByGone;

    public HubRouter()
    {
        _topicsBySpan = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
        _routesBySpan = _routes.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public ZeekHubStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return new ZeekHubStatistics
                {
                    Forwarded = _forwarded,
                    ForwardedBytes = _forwardedBytes,
                    Unmatched = _unmatched,
                    Dropped = _droppedByGone + _subscribers.Sum(subscriber => subscriber.Outbound.Dropped),
                    SubscriptionChanges = _subscriptionChanges,
                    Subscribers = _subscribers.Count,
                    Publishers = _publishers.Count,
                    Topics = _topics.Count,
                };
            }
        }
    }

    public void Add(HubSubscriber subscriber)
    {
        lock (_lock)
            _subscribers.Add(subscriber);
    }

    public void Remove(HubSubscriber subscriber)
    {
        lock (_lock)
        {
            if (!_subscribers.Remove(subscriber))
                return;
            _droppedByGone += subscriber.Outbound.Dropped;
            foreach (var topic in subscriber.Topics.All)
                Lose_NeedsLock(topic);
            subscriber.Topics.Clear();
            _routes.Clear();
        }
    }

    public void Add(HubPublisher publisher)
    {
        lock (_lock)
        {
            _publishers.Add(publisher);
            foreach (var topic in _topics.Keys)
            {
                if (!publisher.TryTell(Notice(topic, on: true)))
                    return;
            }
        }
    }

    public void Remove(HubPublisher publisher)
    {
        lock (_lock)
            _publishers.Remove(publisher);
    }

    /// <summary>Begins or ends a subscription; false where the peer wants more than it may have, and has to go.</summary>
    public bool TrySubscribe(HubSubscriber subscriber, ReadOnlySpan<byte> topic, bool on)
    {
        lock (_lock)
        {
            _subscriptionChanges++;
            var change = on ? subscriber.Topics.Add(topic) : HubTopicChange.Again;
            if (change == HubTopicChange.TooMuch)
                return false;
            if (change == HubTopicChange.First)
                Gain_NeedsLock(topic);
            else if (!on && subscriber.Topics.Remove(topic))
                Lose_NeedsLock(topic.ToArray());
            _routes.Clear();
            return true;
        }
    }

    /// <summary>Passes on all whole messages of a publisher; false where what it sent is no ZMTP.</summary>
    public bool Forward(InboundBuffer inbound)
    {
        lock (_lock)
        {
            ZmtpLook look;
            while ((look = inbound.LookForMessage(out var length, out var first)) == ZmtpLook.Complete)
            {
                // A peer's commands are for the hub, which needs none of them.
                if (!first.IsCommand)
                    Forward_NeedsLock(first.Body(inbound.Unread), inbound.Unread[..length]);
                inbound.Consume(length);
            }

            return look == ZmtpLook.Incomplete;
        }
    }

    private void Forward_NeedsLock(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> message)
    {
        _forwarded++;
        _forwardedBytes += message.Length;
        if (!_routesBySpan.TryGetValue(topic, out var route))
        {
            route = Match_NeedsLock(topic);
            if (_routes.Count >= MaxRoutes)
                _routes.Clear();
            if (topic.Length <= MaxRouteTopicBytes)
                _routesBySpan[topic] = route;
        }

        if (route.Length == 0)
            _unmatched++;
        foreach (var subscriber in route)
            subscriber.Outbound.TryAdd(message);
    }

    private HubSubscriber[] Match_NeedsLock(ReadOnlySpan<byte> topic)
    {
        var matching = new List<HubSubscriber>();
        foreach (var subscriber in _subscribers)
        {
            if (subscriber.Topics.Match(topic))
                matching.Add(subscriber);
        }

        return [.. matching];
    }

    private void Gain_NeedsLock(ReadOnlySpan<byte> topic)
    {
        var count = _topicsBySpan.TryGetValue(topic, out var known) ? known : 0;
        _topicsBySpan[topic] = count + 1;
        if (count == 0)
            Notify_NeedsLock(Notice(topic, on: true));
    }

    private void Lose_NeedsLock(byte[] topic)
    {
        var count = _topics[topic];
        if (count > 1)
        {
            _topics[topic] = count - 1;
            return;
        }

        _topics.Remove(topic);
        Notify_NeedsLock(Notice(topic, on: false));
    }

    private void Notify_NeedsLock(byte[] notice)
    {
        foreach (var publisher in _publishers)
            publisher.TryTell(notice);
    }

    private static byte[] Notice(ReadOnlySpan<byte> topic, bool on)
    {
        var frame = new byte[ZmtpFrame.SizeOf(topic.Length + 1)];
        var head = ZmtpFrame.WriteHead(frame, topic.Length + 1);
        frame[head] = on ? (byte)1 : (byte)0;
        topic.CopyTo(frame.AsSpan(head + 1));
        return frame;
    }
}
