using System.Text;
using MailScanBridge.Zeek.Transport;
using MailScanBridge.Zeek.Wire;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Zeek;

/// <summary>
/// A hub in memory, for tests of programs that use <see cref="ZeekClient"/>: no sockets, the same rules. Topics match by prefix, a client's own messages come back to it, a
/// subscription is known to all publishers, and what a stalled hub does not take is not lost in silence.
/// </summary>
/// <remarks>
/// Clients come from <see cref="NewClient"/>. Together with a time provider that the test drives, reconnects, heartbeats and standstills happen when the test says so.
/// Thread safety: all members may be used by any thread.
/// </remarks>
public sealed class ZeekTestHub
{
    private readonly Lock _lock = new();
    private readonly List<MemoryLink> _links = [];
    private readonly List<MemoryLink> _told = [];
    private readonly Dictionary<byte[], int> _topics = new(ByteContent.Instance);
    private readonly List<ZeekRawEvent> _published = [];
    private readonly Queue<Action> _held = new();
    private bool _running = true;
    private bool _stalled;
    private int _dropNext;

    /// <summary>Every event that came to the hub from a client, in order, without the clients' own echoes. What is no event is not in it.</summary>
    public IReadOnlyList<ZeekRawEvent> Published
    {
        get
        {
            lock (_lock)
                return [.. _published];
        }
    }

    /// <summary>How many clients are connected.</summary>
    public int Connections
    {
        get
        {
            lock (_lock)
                return _links.Count;
        }
    }

    /// <summary>Makes a client of this hub; it is not connected before it is started.</summary>
    /// <param name="options">What the client holds at most; the defaults where null. The endpoints are not used.</param>
    /// <param name="logger">Where it logs; nowhere by default.</param>
    /// <param name="timeProvider">Its clock; the system's by default.</param>
    /// <returns>The client.</returns>
    public ZeekClient NewClient(ZeekClientOptions? options = null, ILogger<ZeekClient>? logger = null, TimeProvider? timeProvider = null) =>
        new(options ?? new ZeekClientOptions(), this, logger, timeProvider);

    /// <summary>Breaks all connections, and with them goes what a stalled hub held; clients that try again wait until <see cref="Start"/>.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _running = false;
            foreach (var link in _links.ToArray())
                Lose_NeedsLock(link);
            _held.Clear();
            _topics.Clear();
        }
    }

    /// <summary>Takes connections again after <see cref="Stop"/>.</summary>
    public void Start()
    {
        lock (_lock)
            _running = true;
    }

    /// <summary>Breaks all connections once; clients may connect anew at once.</summary>
    public void Disconnect()
    {
        Stop();
        Start();
    }

    /// <summary>
    /// Takes connections, subscriptions and messages, those of the test included, but passes none on, echoes neither, as a hub does that is held up by a slow subscriber; until
    /// <see cref="Resume"/>. Clients that connect meanwhile become live only then.
    /// </summary>
    public void Stall()
    {
        lock (_lock)
            _stalled = true;
    }

    /// <summary>Does in its order what it held since <see cref="Stall"/>, and whatever comes.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            _stalled = false;
            while (_held.TryDequeue(out var held))
                held();
        }
    }

    /// <summary>Loses the next messages that come, from clients or from the test, echoes not counted, without a word.</summary>
    /// <param name="count">How many; 0 loses none any more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below zero.</exception>
    public void DropNext(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (_lock)
            _dropNext = count;
    }

    /// <summary>Publishes an event as someone in the cluster.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="e">The event.</param>
    /// <param name="sender">The node id that it says it is.</param>
    public void Publish(string topic, ZeekEvent e, string sender = "zeek")
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(e);
        ArgumentNullException.ThrowIfNull(sender);
        Inject(Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(sender), ZeekWire.SerializerBytes.ToArray(), ZeekWire.Encode(e));
    }

    /// <summary>Publishes a recorded event as it was.</summary>
    /// <param name="e">The event.</param>
    public void Publish(ZeekRawEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        Inject(Encoding.UTF8.GetBytes(e.Topic), Encoding.UTF8.GetBytes(e.Sender), ZeekWire.SerializerBytes.ToArray(), e.Payload.ToArray());
    }

    /// <summary>Passes on a message of any parts, however wrong; the first is the topic.</summary>
    /// <param name="parts">The parts, one at least.</param>
    /// <exception cref="ArgumentException">There is no part; no message of ZeroMQ is without one.</exception>
    public void Inject(params byte[][] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Length == 0 || parts.Contains(null))
            throw new ArgumentException("A message has at least one part, and none of its parts is null.", nameof(parts));
        lock (_lock)
        {
            if (_running && !Dropped_NeedsLock())
                Do_NeedsLock(() => Forward_NeedsLock(parts));
        }
    }

    internal IHubTransport NewTransport(byte[] nodeId) => new MemoryTransport(this, nodeId);

    internal bool TryAdd(MemoryLink link)
    {
        lock (_lock)
        {
            if (!_running)
                return false;
            _links.Add(link);
            Do_NeedsLock(() => Tell_NeedsLock(link));
            return true;
        }
    }

    internal void Remove(MemoryLink link)
    {
        lock (_lock)
            Lose_NeedsLock(link);
    }

    internal void Subscribe(MemoryLink link, byte[] topic, bool on)
    {
        lock (_lock)
            Do_NeedsLock(() => Subscribe_NeedsLock(link, topic, on));
    }

    internal void Receive(MemoryLink from, byte[][] parts, bool echo)
    {
        lock (_lock)
        {
            if (from.Lost)
                return;
            if (!echo)
            {
                if (Dropped_NeedsLock())
                    return;
                _published.Add(new ZeekRawEvent(NameCache.Get(parts[0]), NameCache.Get(parts[1]), parts[3], 0));
            }

            Do_NeedsLock(() => Forward_NeedsLock(parts));
        }
    }

    // A stalled hub keeps what it has to do, all of it in one order.
    private void Do_NeedsLock(Action action)
    {
        if (_stalled)
            _held.Enqueue(action);
        else
            action();
    }

    private bool Dropped_NeedsLock()
    {
        if (_dropNext == 0)
            return false;
        _dropNext--;
        return true;
    }

    // Whoever is told all topics at once is from then on among those who are told each change.
    private void Tell_NeedsLock(MemoryLink link)
    {
        if (!_links.Contains(link))
            return;
        foreach (var topic in _topics.Keys)
            link.Notify(topic, on: true);
        _told.Add(link);
    }

    private void Subscribe_NeedsLock(MemoryLink link, byte[] topic, bool on)
    {
        if (!link.Lost && (on ? link.Topics.Add(topic) : link.Topics.Remove(topic)))
            Count_NeedsLock(topic, on);
    }

    private void Forward_NeedsLock(byte[][] parts)
    {
        foreach (var link in _links)
        {
            if (link.Topics.Any(topic => parts[0].AsSpan().StartsWith(topic)))
                link.Deliver(parts);
        }
    }

    private void Lose_NeedsLock(MemoryLink link)
    {
        if (!_links.Remove(link))
            return;
        _told.Remove(link);
        link.Lose();
        Do_NeedsLock(() => Forget_NeedsLock(link));
    }

    private void Forget_NeedsLock(MemoryLink link)
    {
        foreach (var topic in link.Topics)
            Count_NeedsLock(topic, on: false);
        link.Topics.Clear();
    }

    private void Count_NeedsLock(byte[] topic, bool on)
    {
        var count = _topics.GetValueOrDefault(topic) + (on ? 1 : -1);
        if (count == 0)
            _topics.Remove(topic);
        else
            _topics[topic] = count;
        if (count == (on ? 1 : 0))
            _told.ForEach(link => link.Notify(topic, on));
    }
}
