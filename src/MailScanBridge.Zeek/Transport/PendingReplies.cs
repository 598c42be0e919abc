using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport;

/// <summary>Requests whose replies are still to come. The loop looks here before it queues a message, so that a reply reaches its request however full the queue is.</summary>
/// <remarks>Thread safety: all members by any thread.</remarks>
internal sealed class PendingReplies(ZeekWireLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, int Arg, ZeekValue Value), TaskCompletionSource<ZeekMessage>> _pending = [];
    private int _count;
    private bool _cancelled;

    public Task<ZeekMessage> Add(ZeekReplyMatch match)
    {
        var reply = new TaskCompletionSource<ZeekMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_cancelled)
                reply.SetException(Gone());
            else if (!_pending.TryAdd((match.EventName, match.Argument, match.Value), reply))
                throw new ArgumentException("A request for the same reply is under way; give each request an id of its own.", nameof(match));
            Volatile.Write(ref _count, _pending.Count);
        }

        return reply.Task;
    }

    public void Remove(ZeekReplyMatch match)
    {
        lock (_lock)
        {
            _pending.Remove((match.EventName, match.Argument, match.Value));
            Volatile.Write(ref _count, _pending.Count);
        }
    }

    /// <summary>Ends all waiting, since the client goes.</summary>
    public void Cancel()
    {
        lock (_lock)
        {
            _cancelled = true;
            foreach (var reply in _pending.Values)
                reply.TrySetException(Gone());
        }
    }

    private static ObjectDisposedException Gone() => new(nameof(ZeekClient), "The client was disposed before a reply came.");

    /// <summary>Gives a message to the request that waits for it; false where none does.</summary>
    public bool TryComplete(string topic, string sender, byte[] payload, long epoch)
    {
        if (Volatile.Read(ref _count) == 0)
            return false;
        try
        {
            var reader = new ZeekReader(payload);
            var name = NameCache.Get(EventEnvelope.ReadHead(ref reader));
            lock (_lock)
            {
                // Decoded only where a request waits for an event of this name.
                ZeekEvent? e = null;
                foreach (var (key, reply) in _pending)
                {
                    if (key.Name != name)
                        continue;
                    e ??= ZeekWire.DecodeEvent(payload, limits);
                    if (e.Args.Count > key.Arg && e.Args[key.Arg] == key.Value)
                        return reply.TrySetResult(new ZeekMessage(topic, sender, e, epoch));
                }
            }
        }
        catch (ZeekWireException)
        {
            // Whoever reads the queue counts and logs it.
        }

        return false;
    }
}
