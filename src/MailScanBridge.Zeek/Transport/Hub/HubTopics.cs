using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport.Hub;

/// <summary>The topics of one subscriber, each with how often it subscribed: as libzmq does, equal subscriptions of one peer are counted.</summary>
/// <remarks>Thread safety: none; the router's lock guards it.</remarks>
internal sealed class HubTopics
{
    // A peer that subscribes to more than this is beyond any use. Their lengths are its choice too, so both are bounded.
    private const int MaxTopics = 100_000;
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly Dictionary<byte[], int> _counts = new(ByteContent.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;

    // How many topics there are of each length: only prefixes of lengths that exist are looked up, or a topic of a megabyte would cost a day.
    private readonly SortedDictionary<int, int> _lengths = [];
    private int[]? _presentLengths;
    private long _bytes;

    public HubTopics() => _bySpan = _counts.GetAlternateLookup<ReadOnlySpan<byte>>();

    public IReadOnlyCollection<byte[]> All => _counts.Keys;

    /// <summary>Subscribes once more; true where it is the first time.</summary>
    public bool Add(ReadOnlySpan<byte> topic)
    {
        if (_bySpan.TryGetValue(topic, out var count))
        {
            _bySpan[topic] = count + 1;
            return false;
        }

        if (_counts.Count >= MaxTopics || _bytes + topic.Length > MaxBytes)
            return false;
        _bySpan[topic] = 1;
        _bytes += topic.Length;
        _lengths[topic.Length] = _lengths.GetValueOrDefault(topic.Length) + 1;
        _presentLengths = null;
        return true;
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
