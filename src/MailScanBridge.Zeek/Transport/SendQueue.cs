using System.Collections.Concurrent;

namespace MailScanBridge.Zeek.Transport;

/// <summary>The bounded queue between the publishers, who never wait, and the loop.</summary>
internal sealed class SendQueue(int capacity, long maxBytes)
{
    private readonly ConcurrentQueue<(byte[] Topic, byte[] Payload)> _queue = new();
    private int _length;
    private long _bytes;

    public int Length => Volatile.Read(ref _length);

    public bool TryAdd(byte[] topic, byte[] payload)
    {
        var size = (long)topic.Length + payload.Length;
        var length = Interlocked.Increment(ref _length);
        var bytes = Interlocked.Add(ref _bytes, size);

        // One always fits an empty queue, however large.
        if (length > capacity || (bytes > maxBytes && length > 1))
        {
            Interlocked.Decrement(ref _length);
            Interlocked.Add(ref _bytes, -size);
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
        Interlocked.Add(ref _bytes, -((long)topic.Length + payload.Length));
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
