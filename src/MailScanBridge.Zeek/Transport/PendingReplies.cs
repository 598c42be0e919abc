using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport;

/// <summary>A reply as the loop hands it on: decoded, since its id had to be looked at, and as it came.</summary>
internal sealed record PendingReply(ZeekMessage Message, byte[] Payload);

/// <summary>Requests whose replies are still to come. The loop looks here before it queues a message, so that a reply reaches its request however full the queue is.</summary>
/// <remarks>Thread safety: all members by any thread.</remarks>
internal sealed class PendingReplies(ZeekWireLimits limits)
{
    private readonly Lock _lock = new();

    // By the reply's name: a message that no request waits for costs one lookup, and one that is waited for one more for each place an id may stand in.
    private readonly Dictionary<string, Waiting> _pending = new(StringComparer.Ordinal);
    private int _names;
    private bool _cancelled;

    /// <summary>Begins to wait for a reply; the task's result is null where the client goes before it comes.</summary>
    public Task<PendingReply?> Add(ZeekReplyMatch match)
    {
        var reply = new TaskCompletionSource<PendingReply?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_cancelled)
                reply.SetResult(null);
            else if (!Of_NeedsLock(match.EventName).TryAdd(match, reply))
                throw new ArgumentException("A request for the same reply is under way; give each request an id of its own.", nameof(match));
            Volatile.Write(ref _names, _pending.Count);
        }

        return reply.Task;
    }

    public void Remove(ZeekReplyMatch match)
    {
        lock (_lock)
        {
            if (!_pending.TryGetValue(match.EventName, out var waiting))
                return;
            waiting.Remove(match);
            if (waiting.IsEmpty)
                _pending.Remove(match.EventName);
            Volatile.Write(ref _names, _pending.Count);
        }
    }

    /// <summary>Ends all waiting, since the client goes.</summary>
    public void Cancel()
    {
        lock (_lock)
        {
            _cancelled = true;
            foreach (var reply in _pending.Values.SelectMany(waiting => waiting.Replies))
                reply.TrySetResult(null);
        }
    }

    /// <summary>Gives a message to the request that waits for it; false where none does.</summary>
    public bool TryComplete(string topic, string sender, byte[] payload, long epoch)
    {
        if (Volatile.Read(ref _names) == 0)
            return false;
        try
        {
            var reader = new ZeekReader(payload);
            var name = NameCache.Get(EventEnvelope.ReadHead(ref reader));
            lock (_lock)
            {
                // Decoded only where a request waits for an event of this name.
                if (!_pending.TryGetValue(name, out var waiting))
                    return false;
                var e = ZeekWire.DecodeEvent(payload, limits);
                return waiting.Find(e) is { } reply && reply.TrySetResult(new PendingReply(new ZeekMessage(topic, sender, e, epoch), payload));
            }
        }
        catch (ZeekWireException)
        {
            // Whoever reads the queue counts and logs it.
        }

        return false;
    }

    private Waiting Of_NeedsLock(string name)
    {
        if (!_pending.TryGetValue(name, out var waiting))
            _pending.Add(name, waiting = new Waiting());
        return waiting;
    }

    /// <summary>The requests that wait for events of one name.</summary>
    private sealed class Waiting
    {
        private readonly Dictionary<(int Arg, ZeekValue Value), TaskCompletionSource<PendingReply?>> _replies = [];

        // How many requests have their id in which argument.
        private readonly SortedDictionary<int, int> _places = [];

        public bool IsEmpty => _replies.Count == 0;

        public IEnumerable<TaskCompletionSource<PendingReply?>> Replies => _replies.Values;

        public bool TryAdd(ZeekReplyMatch match, TaskCompletionSource<PendingReply?> reply)
        {
            if (!_replies.TryAdd((match.Argument, match.Value), reply))
                return false;
            _places[match.Argument] = _places.GetValueOrDefault(match.Argument) + 1;
            return true;
        }

        public void Remove(ZeekReplyMatch match)
        {
            if (!_replies.Remove((match.Argument, match.Value)))
                return;
            if (--_places[match.Argument] == 0)
                _places.Remove(match.Argument);
        }

        public TaskCompletionSource<PendingReply?>? Find(ZeekEvent e)
        {
            foreach (var place in _places.Keys)
            {
                if (e.Args.Count > place && _replies.TryGetValue((place, e.Args[place]), out var reply))
                    return reply;
            }

            return null;
        }
    }
}
