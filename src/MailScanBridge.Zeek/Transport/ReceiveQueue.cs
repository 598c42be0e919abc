using System.Collections.Concurrent;
using System.Text;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport;

/// <summary>A message as it waits to be read: the payload is decoded by whoever reads it, so that the loop has only to copy.</summary>
internal readonly record struct ReceivedMessage(string Topic, string Sender, byte[] Payload, long Epoch)
{
    // Topic and sender are the peer's choice too, and may be as long as a payload.
    private const int FreeNameLength = 256;

    /// <summary>What it counts for in the queue's bytes: the payload, and names where they are longer than names are.</summary>
    public long Size => Payload.Length + Excess(Topic) + Excess(Sender);

    private static long Excess(string name) => name.Length <= FreeNameLength ? 0 : sizeof(char) * (long)name.Length;
}

/// <summary>The bounded queue between the loop, which never waits, and the readers. What does not fit is dropped and counted per topic.</summary>
/// <remarks>
/// A reader that names events has them to itself for as long as it is there, those included that waited when it came; all others share the rest. The bounds hold for all together:
/// where they are reached, the name of which most waits gives way, so that one slow reader costs the others nothing. What nobody reads while there are readers for other names
/// waits in case someone comes, and is the first to go. Thread safety: all members by any thread.
/// </remarks>
/// <param name="options">The bounds.</param>
/// <param name="passedOver">Told how many events nobody read, and the topic of the first.</param>
/// <param name="undecodable">Told of what is no event, where names are looked at already on the way in.</param>
internal sealed class ReceiveQueue(ZeekClientOptions options, Action<string, int>? passedOver = null, Action<ZeekWireException, string>? undecodable = null)
{
    private const int MaxCountedTopics = 1024;
    private const int MaxCountedTopicLength = 1024;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, long> _dropped = new(StringComparer.Ordinal);
    private readonly List<ReceiveReader> _readers = [];
    private readonly ReceiveLane _rest = new();

    // A name that was ever read for keeps its lane, so that a reader which comes and goes costs no more than one that stays. The program's own types are their names.
    private readonly Dictionary<byte[], ReceiveLane> _lanes = new(ByteContent.Instance);
    private readonly int _capacity = options.ReceiveQueueCapacity;
    private readonly long _maxBytes = options.ReceiveQueueBytes;
    private readonly bool _dropNewest = options.Overflow == ReceiveOverflow.DropNewest;
    private int _countedTopics;
    private long _number;
    private long _bytes;
    private long _length;
    private bool _completed;

    public long Length => Volatile.Read(ref _length);

    public IReadOnlyDictionary<string, long> Dropped => new Dictionary<string, long>(_dropped, StringComparer.Ordinal);

    /// <summary>Begins to read: events of these names, or without names all that nobody else has named.</summary>
    public ReceiveReader Open(IEnumerable<string>? names = null)
    {
        lock (_lock)
        {
            var reader = new ReceiveReader(this, names?.Distinct(StringComparer.Ordinal).Select(Lane_NeedsLock).ToArray());
            foreach (var lane in reader.Lanes ?? [_rest])
                lane.Readers++;
            _readers.Add(reader);
            return reader;
        }
    }

    public void Close(ReceiveReader reader)
    {
        lock (_lock)
        {
            if (!_readers.Remove(reader))
                return;
            foreach (var lane in reader.Lanes ?? [_rest])
                lane.Readers--;

            // What it leaves may now be for another.
            foreach (var other in _readers)
                Wake_NeedsLock(other);
        }
    }

    /// <summary>Adds a message; false where one had to be dropped for it, this one or another.</summary>
    public bool Add(in ReceivedMessage message)
    {
        var lost = new Lost();
        try
        {
            lock (_lock)
                Add_NeedsLock(message, ref lost);
        }
        catch (ZeekWireException e)
        {
            undecodable?.Invoke(e, message.Sender);
        }

        if (lost.Topic is { } topic)
            passedOver?.Invoke(topic, lost.PassedOver);
        return lost.Dropped == 0;
    }

    /// <summary>Tells whether there is something for a reader: true, false where nothing comes any more, or null, and it will be woken.</summary>
    public bool? Look(ReceiveReader reader)
    {
        lock (_lock)
        {
            if (Next_NeedsLock(reader.Lanes) is not null)
                return true;
            if (_completed)
                return false;
            reader.Idle = true;
            return null;
        }
    }

    public bool TryTake(ReceiveReader reader, out ReceivedMessage message)
    {
        lock (_lock)
        {
            var lane = Next_NeedsLock(reader.Lanes);
            message = lane is null ? default : Remove_NeedsLock(lane, oldest: true);
            return lane is not null;
        }
    }

    /// <summary>Nothing comes any more; what is there can still be read.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            foreach (var reader in _readers)
                Wake_NeedsLock(reader);
        }
    }

    private static void Wake_NeedsLock(ReceiveReader reader)
    {
        if (!reader.Idle)
            return;
        reader.Idle = false;
        reader.Wake();
    }

    private void Add_NeedsLock(in ReceivedMessage message, ref Lost lost)
    {
        var lane = LaneOf_NeedsLock(message.Payload);
        if (!MakeRoom_NeedsLock(lane, message, ref lost))
            return;
        lane.Add(++_number, message);
        _length++;
        _bytes += message.Size;
        foreach (var reader in _readers)
        {
            if (reader.Lanes is null ? IsRest(lane) : reader.Lanes.Contains(lane))
                Wake_NeedsLock(reader);
        }
    }

    private bool MakeRoom_NeedsLock(ReceiveLane lane, in ReceivedMessage message, ref Lost lost)
    {
        if (message.Size > _maxBytes)
        {
            CountDropped_NeedsLock(message.Topic, ref lost);
            return false;
        }

        while (true)
        {
            var tooMany = _length >= _capacity;
            if (!tooMany && _bytes + message.Size <= _maxBytes)
                return true;
            if (_rest.Readers == 0 && _lanes.Values.Any(each => each.Readers > 0))
            {
                if (Next_NeedsLock(lanes: null) is { } unread)
                {
                    lost.PassOver(Remove_NeedsLock(unread, oldest: true).Topic);
                    continue;
                }

                if (IsRest(lane))
                {
                    lost.PassOver(message.Topic);
                    return false;
                }
            }

            var longest = lane;
            foreach (var other in _lanes.Values.Append(_rest))
            {
                if (tooMany ? other.Count > longest.Count : other.Bytes > longest.Bytes)
                    longest = other;
            }

            if (longest == lane && _dropNewest)
            {
                CountDropped_NeedsLock(message.Topic, ref lost);
                return false;
            }

            CountDropped_NeedsLock(Remove_NeedsLock(longest, oldest: !_dropNewest).Topic, ref lost);
        }
    }

    private ReceivedMessage Remove_NeedsLock(ReceiveLane lane, bool oldest)
    {
        var message = oldest ? lane.TakeOldest() : lane.TakeNewest();
        _length--;
        _bytes -= message.Size;
        return message;
    }

    /// <summary>The lane with the oldest message of some, or of all that no reader has named; null where there is none.</summary>
    private ReceiveLane? Next_NeedsLock(ReceiveLane[]? lanes)
    {
        ReceiveLane? next = null;
        if (lanes is not null)
        {
            foreach (var lane in lanes)
                next = Older(next, lane);
            return next;
        }

        next = Older(next, _rest);
        foreach (var lane in _lanes.Values)
        {
            if (IsRest(lane))
                next = Older(next, lane);
        }

        return next;
    }

    private static ReceiveLane? Older(ReceiveLane? one, ReceiveLane other) =>
        other.Count > 0 && (one is null || other.FirstNumber < one.FirstNumber) ? other : one;

    private bool IsRest(ReceiveLane lane) => lane == _rest || lane.Readers == 0;

    private ReceiveLane LaneOf_NeedsLock(byte[] payload)
    {
        // Nobody looks at names where nobody asked for one.
        if (_lanes.Count == 0)
            return _rest;
        var reader = new ZeekReader(payload);
        return _lanes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(EventEnvelope.ReadHead(ref reader), out var lane) ? lane : _rest;
    }

    private ReceiveLane Lane_NeedsLock(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        if (_lanes.TryGetValue(bytes, out var lane))
            return lane;
        lane = new ReceiveLane();
        _rest.MoveTo(lane, payload => HasName(payload, bytes));
        _lanes.Add(bytes, lane);
        return lane;
    }

    private static bool HasName(byte[] payload, byte[] name)
    {
        try
        {
            var reader = new ZeekReader(payload);
            return EventEnvelope.ReadHead(ref reader).SequenceEqual(name);
        }
        catch (ZeekWireException)
        {
            // Whoever reads the rest counts and logs it.
            return false;
        }
    }

    private void CountDropped_NeedsLock(string topic, ref Lost lost)
    {
        lost.Dropped++;

        // Topics are the senders' choice, so their number and length are bounded too.
        if (topic.Length > MaxCountedTopicLength || (!_dropped.ContainsKey(topic) && _countedTopics >= MaxCountedTopics))
            topic = "";
        else if (!_dropped.ContainsKey(topic))
            _countedTopics++;
        _dropped.AddOrUpdate(topic, 1, static (_, count) => count + 1);
    }

    /// <summary>What one message cost others, or itself.</summary>
    private struct Lost
    {
        public int Dropped;
        public int PassedOver;
        public string? Topic;

        public void PassOver(string topic)
        {
            PassedOver++;
            Topic ??= topic;
        }
    }
}
