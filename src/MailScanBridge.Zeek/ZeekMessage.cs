namespace MailScanBridge.Zeek;

/// <summary>An event as it came in, with where it came from.</summary>
/// <param name="Topic">The topic to which it was published.</param>
/// <param name="Sender">The node id that the sender claims, such as <c>zeromq_worker-1_host_4711_ab12</c>. Nothing checks it.</param>
/// <param name="Event">The event.</param>
/// <param name="ConnectionEpoch">Which connection to the hub brought it: 1 for the first, one more after each reconnect.</param>
public sealed record ZeekMessage(string Topic, string Sender, ZeekEvent Event, long ConnectionEpoch);

/// <summary>A typed event as it came in, with where it came from.</summary>
/// <typeparam name="T">The typed event.</typeparam>
/// <param name="Topic">The topic to which it was published.</param>
/// <param name="Sender">The node id that the sender claims. Nothing checks it.</param>
/// <param name="Event">The event.</param>
/// <param name="ConnectionEpoch">Which connection to the hub brought it: 1 for the first, one more after each reconnect.</param>
public sealed record ZeekMessage<T>(string Topic, string Sender, T Event, long ConnectionEpoch)
{
    /// <summary>What travelled beside the arguments; empty as from Zeek, unless <c>EventMetadata::add_network_timestamp</c> is set.</summary>
    public IReadOnlyList<ZeekEventMetadata> Metadata { get; init; } = [];

    /// <summary>The network time at which Zeek raised the event; none unless Zeek is told to send it. The first such entry counts.</summary>
    public DateTimeOffset? NetworkTime => ZeekEventMetadata.NetworkTimeOf(Metadata);

    /// <summary>Tells whether two messages are the same: the event as its type compares it, the metadata by content.</summary>
    /// <param name="other">The other message.</param>
    /// <returns>True where they are the same.</returns>
    public bool Equals(ZeekMessage<T>? other) =>
        other is not null && Topic == other.Topic && Sender == other.Sender && ConnectionEpoch == other.ConnectionEpoch && EqualityComparer<T>.Default.Equals(Event, other.Event)
        && Metadata.SequenceEqual(other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Topic, Sender, Event, ConnectionEpoch);
}
