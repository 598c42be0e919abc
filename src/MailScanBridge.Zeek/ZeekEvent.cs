namespace MailScanBridge.Zeek;

/// <summary>An event with its arguments, as Zeek scripts raise and handle it.</summary>
/// <remarks>
/// Zeek drops an event, with one line in its reporter log, unless the receiving node declares it with the same number and types of arguments;
/// nothing comes back to the sender. Thread safety: immutable.
/// </remarks>
public sealed record ZeekEvent
{
    private static readonly IReadOnlyList<ZeekEventMetadata> NoMetadata = [];

    /// <summary>Makes an event.</summary>
    /// <param name="name">The name with its module, such as <c>MailScan::verdict</c>.</param>
    /// <param name="args">The arguments in the order of the event's declaration. The list is not copied: do not change it afterwards.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public ZeekEvent(string name, params IReadOnlyList<ZeekValue> args)
    {
        Name = name;
        Args = args;
    }

    /// <summary>The name with its module, such as <c>MailScan::verdict</c>.</summary>
    /// <exception cref="ArgumentException">The name is empty; Zeek would drop the event.</exception>
    public string Name
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrEmpty(value, "name");
            field = value;
        }
    }

    /// <summary>The arguments in the order of the event's declaration.</summary>
    public IReadOnlyList<ZeekValue> Args
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, "args");
            field = value;
        }
    }

    /// <summary>What travels beside the arguments; empty by default, as from Zeek unless <c>EventMetadata::add_network_timestamp</c> is set.</summary>
    public IReadOnlyList<ZeekEventMetadata> Metadata
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, "metadata");
            field = value;
        }
    }
    = NoMetadata;

    /// <summary>The network time at which Zeek raised the event; none unless Zeek is told to send it. The first such entry counts.</summary>
    public DateTimeOffset? NetworkTime => ZeekEventMetadata.NetworkTimeOf(Metadata);

    /// <summary>Tells whether two events are the same: name, arguments and metadata, by content.</summary>
    /// <param name="other">The other event.</param>
    /// <returns>True where they are the same.</returns>
    public bool Equals(ZeekEvent? other) =>
        other is not null && Name == other.Name && Args.SequenceEqual(other.Args) && Metadata.SequenceEqual(other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Name);
        foreach (var arg in Args)
            hash.Add(arg);
        return hash.ToHashCode();
    }

    /// <summary>Gives the event in a form for people and logs; strings are escaped.</summary>
    /// <returns>The text, such as <c>Mail::thing(1, "a")</c>.</returns>
    public override string ToString() => $"{Name}({string.Join(", ", Args)})";
}

/// <summary>One entry of an event's metadata.</summary>
/// <param name="Id">What the value means; below 200 is Zeek's own, and receivers ignore what they have not registered.</param>
/// <param name="Value">The value.</param>
public readonly record struct ZeekEventMetadata(ulong Id, ZeekValue Value)
{
    /// <summary>The id of the network time; its value must be a <c>time</c>.</summary>
    public const ulong NetworkTimestamp = 1;

    /// <summary>Makes the entry that tells the network time at which an event was raised.</summary>
    /// <param name="time">The time, between the years 1677 and 2262.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time does not fit 64 bits of nanoseconds.</exception>
    public static ZeekEventMetadata FromNetworkTime(DateTimeOffset time) => new(NetworkTimestamp, ZeekValue.FromTime(time));

    /// <summary>The time of the first such entry; none where there is none, or it is no time.</summary>
    internal static DateTimeOffset? NetworkTimeOf(IReadOnlyList<ZeekEventMetadata> metadata)
    {
        for (var i = 0; i < metadata.Count; i++)
        {
            if (metadata[i].Id == NetworkTimestamp)
                return metadata[i].Value.Kind == ZeekKind.Time ? metadata[i].Value.AsTime() : null;
        }

        return null;
    }
}
