using System.Collections.Concurrent;
using System.Threading.Channels;

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
internal sealed class ReceiveQueue
{
    private const int MaxCountedTopics = 1024;
    private const int MaxCountedTopicLength = 1024;
    private readonly ConcurrentDictionary<string, long> _dropped = new(StringComparer.Ordinal);
    private readonly Channel<ReceivedMessage> _channel;
    private readonly int _capacity;
    private readonly long _maxBytes;
    private readonly ReceiveOverflow _policy;
    private int _countedTopics;
    private long _bytes;
    private long _length;

    public ReceiveQueue(ZeekClientOptions options)
    {
        _capacity = options.ReceiveQueueCapacity;
        _maxBytes = options.ReceiveQueueBytes;
        _policy = options.Overflow;
        _channel = Channel.CreateUnbounded<ReceivedMessage>(new UnboundedChannelOptions { SingleWriter = true, SingleReader = false, AllowSynchronousContinuations = false });
    }

    public long Length => Volatile.Read(ref _length);

    public IReadOnlyDictionary<string, long> Dropped => new Dictionary<string, long>(_dropped, StringComparer.Ordinal);

    /// <summary>Adds a message; false where one had to be dropped for it, this one or an older.</summary>
    public bool Add(in ReceivedMessage message)
    {
        var dropped = false;
        while (Volatile.Read(ref _length) >= _capacity || Volatile.Read(ref _bytes) + message.Size > _maxBytes)
        {
            dropped = true;
            if (_policy == ReceiveOverflow.DropNewest || !TryTake(out var oldest))
            {
                CountDropped(message.Topic);
                return false;
            }

            CountDropped(oldest.Topic);
        }

        // Counted before it can be taken, so that the counts never run below zero.
        Interlocked.Increment(ref _length);
        Interlocked.Add(ref _bytes, message.Size);
        _channel.Writer.TryWrite(message);
        return !dropped;
    }

    public bool TryTake(out ReceivedMessage message)
    {
        if (!_channel.Reader.TryRead(out message))
            return false;
        Interlocked.Decrement(ref _length);
        Interlocked.Add(ref _bytes, -message.Size);
        return true;
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _channel.Reader.WaitToReadAsync(cancellationToken);

    public void Complete() => _channel.Writer.TryComplete();

    private void CountDropped(string topic)
    {
        // Topics are the senders' choice, so their number and length are bounded too. Only the loop comes here.
        if (topic.Length > MaxCountedTopicLength || (!_dropped.ContainsKey(topic) && _countedTopics >= MaxCountedTopics))
            topic = "";
        else if (!_dropped.ContainsKey(topic))
            _countedTopics++;
        _dropped.AddOrUpdate(topic, 1, static (_, count) => count + 1);
    }
}
