using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport.Hub;

/// <summary>What became of a subscription.</summary>
internal enum HubTopicChange
{
    /// <summary>It is the first of its topic.</summary>
    First,

    /// <summary>The peer has it already; it is counted.</summary>
    Again,

    /// <summary>The topic is longer than topics may be, or the peer has as many as it may have.</summary>
    TooMuch,
}

/// <summary>The topics of one subscriber, each with how often it subscribed: as libzmq does, equal subscriptions of one peer are counted.</summary>
/// <remarks>Thread safety: none; the router's lock guards it.</remarks>
internal sealed class HubTopics
{
    private readonly ZeekHubOptions _options;
    private readonly Dictionary<byte[], int> _counts = new(ByteContent.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;

    // How many topics there are of each length: only prefixes of lengths that exist are looked up, or a topic of a megabyte would cost a day.
    private readonly SortedDictionary<int, int> _lengths = [];
    private int[]? _presentLengths;
    private long _bytes;

    public HubTopics(ZeekHubOptions options)
    {
        _options = options;
        _bySpan = _counts.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public IReadOnlyCollection<byte[]> All => _counts.Keys;

    /// <summary>Subscribes once more.</summary>
    public HubTopicChange Add(ReadOnlySpan<byte> topic)
    {
        if (_bySpan.TryGetValue(topic, out var count))
        {
            _bySpan[topic] = count + 1;
            return HubTopicChange.Again;
        }

        if (topic.Length > _options.MaxTopicBytes || _counts.Count >= _options.SubscriberTopics || _bytes + topic.Length > _options.SubscriberTopicBytes)
            return HubTopicChange.TooMuch;
        _bySpan[topic] = 1;
        _bytes += topic.Length;
        _lengths[topic.Length] = _lengths.GetValueOrDefault(topic.Length) + 1;
        _presentLengths = null;
        return HubTopicChange.First;
    }

    /// <summary>Ends one subscription; true where it was the last.</summary>
    public bool Remove(ReadOnlySpan<byte> topic)
    {
        if (!_bySpan.TryGetValue(topic, out var count))
            return false;
        if (count > 1)
        {
            _bySpan[topic] = count - 1;
            return false;
        }

        _bySpan.Remove(topic);
        _bytes -= topic.Length;
        if (--_lengths[topic.Length] == 0)
            _lengths.Remove(topic.Length);
        _presentLengths = null;
        return true;
    }

    public void Clear()
    {
        _counts.Clear();
        _lengths.Clear();
        _presentLengths = null;
        _bytes = 0;
    }

    /// <summary>Tells whether one of them is a prefix of a topic.</summary>
    public bool Match(ReadOnlySpan<byte> topic)
    {
        foreach (var length in _presentLengths ??= [.. _lengths.Keys])
        {
            if (length > topic.Length)
                return false;
            if (_bySpan.ContainsKey(topic[..length]))
                return true;
        }

        return false;
    }
}
