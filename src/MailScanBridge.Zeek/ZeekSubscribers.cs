namespace MailScanBridge.Zeek;

/// <summary>Who subscribes to a prefix of a topic, as far as the hub tells.</summary>
/// <remarks>
/// A hub tells topics, not subscribers: each topic once, from its first subscriber to its last. So another's subscription to a topic that this client does not subscribe to itself is
/// certain, and so is that there is none; but where this client subscribes to the same prefix, byte for byte, nobody can say whether others do too.
/// </remarks>
public enum ZeekSubscribers
{
    /// <summary>Nobody, or there is no connection: an event published to the topic would reach no one.</summary>
    None,

    /// <summary>
    /// This client itself; whether others subscribe to the very same prefix cannot be known. Also where more topics are subscribed to than <see cref="ZeekClientOptions.KnownTopicsBytes"/> has room for.
    /// </summary>
    PerhapsOthers,

    /// <summary>Someone else for certain.</summary>
    Others,
}
