using System.Collections.Concurrent;

namespace MailScanBridge.Zeek.Transport;

/// <summary>The bounded queue between the publishers, who never wait, and the loop.</summary>
internal sealed class SendQueue(int capacity)
{
    private readonly ConcurrentQueue<(byte[] Topic, byte[] Payload)> _queue = new();
    private int _length;

    public int Length => Volatile.Read(ref _length);

    public bool TryAdd(byte[] topic, byte[] payload)
    {
        if (Interlocked.Increment(ref _length) > capacity)
        {
            Interlocked.Decrement(ref _length);
            return false;
        }

        _queue.Enqueue((topic, payload));
        return true;
    }

    public bool TryTake(out byte[] topic, out byte[] payload)
    {
        if (!_queue.TryDequeue(out var item))
        {
            (topic, payload) = ([], []);
            return false;
        }

        Interlocked.Decrement(ref _length);
        (topic, payload) = item;
        return true;
    }

    public int Clear()
    {
        var count = 0;
        while (TryTake(out _, out _))
            count++;
        return count;
    }
}
