using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport;

/// <summary>Every topic that someone in the cluster subscribes to, as the hub tells it over the XPUB socket, and which of them this client subscribes to itself.</summary>
/// <remarks>
/// ZeroMQ filters at the sender, so what is not in here would be dropped in silence. Thread safety: written by the loop, read by any thread.
/// </remarks>
internal sealed class TopicDirectory
{
    // What a topic takes besides its bytes.
    private const int Overhead = 64;


    private readonly Lock _lock = new();
    private readonly long _maxBytes;
    private readonly HashSet<byte[]> _topics = new(ByteContent.Instance);
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    // Those that this client may be the one subscriber of: from when it told the hub until the hub is known to have forgotten.
    private readonly HashSet<byte[]> _own = new(ByteContent.Instance);
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _ownLookup;

    // How many topics there are of each length: a lookup tries only lengths that exist.
    private readonly SortedDictionary<int, int> _lengths = [];
    private int[] _presentLengths = [];
    private TaskCompletionSource _changed = NewSignal();
    private int _version;
    private bool _complete;
    private long _bytes;
    private long _notKept;

    // Since the connection began: what was not kept cannot be told from what is not there.
    private bool _overflowed;

    /// <param name="maxBytes">What others' topics may take, 64 bytes for each counted with it.</param>
    public TopicDirectory(long maxBytes)
    {
        _maxBytes = maxBytes;
        _lookup = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
        _ownLookup = _own.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Changes whenever the directory does, so that answers can be kept.</summary>
    public int Version => Volatile.Read(ref _version);

    public int Count
    {
        get
        {
            lock (_lock)
                return _topics.Count;
        }
    }

    /// <summary>Topics that were not kept for want of room.</summary>
    public long NotKept => Interlocked.Read(ref _notKept);

    /// <summary>Takes note of a topic, or of its end; false for the first of a connection that there is no room for.</summary>
    public bool Set(ReadOnlySpan<byte> topic, bool on)
    {
        lock (_lock)
        {
            var size = topic.Length + Overhead;
            if (on && _bytes + size > _maxBytes && !_lookup.Contains(topic))
                return NotKept_NeedsLock();
            if (!(on ? _lookup.Add(topic) : _lookup.Remove(topic)))
                return true;
            _bytes += on ? size : -size;
            var count = _lengths.GetValueOrDefault(topic.Length) + (on ? 1 : -1);
            if (count == 0)
                _lengths.Remove(topic.Length);
            else
                _lengths[topic.Length] = count;
            Changed_NeedsLock();
            return true;
        }
    }

    /// <summary>Says whether this client subscribes to a topic.</summary>
    public void SetOwn(ReadOnlySpan<byte> topic, bool on)
    {
        lock (_lock)
        {
            if (on ? _ownLookup.Add(topic) : _ownLookup.Remove(topic))
                Changed_NeedsLock();
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            if (_topics.Count == 0 && _own.Count == 0 && !_overflowed)
                return;
            Clear_NeedsLock();
        }
    }

    /// <summary>The client goes: there are no topics any more, and nobody waits for a change.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _complete = true;
            Clear_NeedsLock();
        }
    }

    /// <summary>Tells whose subscriptions match the topic, that is, are a prefix of it.</summary>
    public ZeekSubscribers Match(ReadOnlySpan<byte> topic)
    {
        lock (_lock)
        {
            // Nobody can tell who subscribes to what was not kept.
            var found = _overflowed ? ZeekSubscribers.PerhapsOthers : ZeekSubscribers.None;
            foreach (var length in _presentLengths)
            {
                if (length > topic.Length)
                    break;
                if (!_lookup.Contains(topic[..length]))
                    continue;
                if (!_ownLookup.Contains(topic[..length]))
                    return ZeekSubscribers.Others;
                found = ZeekSubscribers.PerhapsOthers;
            }

            return found;
        }
    }

    /// <summary>Completes at the next change; take it before looking, so that no change is missed.</summary>
    public Task NextChange
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    private bool NotKept_NeedsLock()
    {
        Interlocked.Increment(ref _notKept);
        if (_overflowed)
            return true;
        _overflowed = true;
        Changed_NeedsLock();
        return false;
    }

    private void Clear_NeedsLock()
    {
        _topics.Clear();
        _own.Clear();
        _lengths.Clear();
        _bytes = 0;
        _overflowed = false;
        Changed_NeedsLock();
    }

    private void Changed_NeedsLock()
    {
        _presentLengths = [.. _lengths.Keys];
        Volatile.Write(ref _version, _version + 1);
        var changed = _changed;
        if (!_complete)
            _changed = NewSignal();
        changed.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
