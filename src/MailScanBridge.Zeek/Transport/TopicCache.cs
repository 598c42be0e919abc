using System.Collections.Concurrent;
using System.Text;

namespace MailScanBridge.Zeek.Transport;

/// <summary>What is known of a topic that is published to: its bytes, and whether anyone subscribes.</summary>
internal sealed class PublishTopic(string text)
{
    // The answer and the directory's version it is true for, in one word, so that they are read together.
    private long _answer = -1;

    public byte[] Bytes { get; } = Encoding.UTF8.GetBytes(text);

    public ZeekSubscribers Subscribers(TopicDirectory directory)
    {
        var version = directory.Version;
        var answer = Volatile.Read(ref _answer);
        if (answer >> 2 == version)
            return (ZeekSubscribers)(answer & 3);

        // Should the directory change between the two, the answer is newer than its version and is asked again next time.
        var subscribers = directory.Match(Bytes);
        Volatile.Write(ref _answer, ((long)version << 2) | (long)subscribers);
        return subscribers;
    }
}

/// <summary>Topics by text, so that publishing to the same one again neither encodes nor looks it up anew. Bounded: past that topics are made as they come.</summary>
internal sealed class TopicCache
{
    private const int MaxEntries = 4096;
    private readonly ConcurrentDictionary<string, PublishTopic> _topics = new(StringComparer.Ordinal);
    private int _count;

    public PublishTopic Get(string topic)
    {
        if (_topics.TryGetValue(topic, out var known))
            return known;
        known = new PublishTopic(topic);
        if (Volatile.Read(ref _count) < MaxEntries && _topics.TryAdd(topic, known))
            Interlocked.Increment(ref _count);
        return known;
    }
}
