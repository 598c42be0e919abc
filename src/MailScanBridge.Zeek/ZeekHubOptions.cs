namespace MailScanBridge.Zeek;

/// <summary>Where a <see cref="ZeekHub"/> listens and what it holds at most. Immutable; change a copy with <c>with</c>.</summary>
public sealed record ZeekHubOptions
{
    /// <summary>
    /// Where subscribers connect with their XSUB sockets; <c>tcp://127.0.0.1:27860</c> by default. Loopback only. Port 0 or <c>*</c> takes a free port, which
    /// <see cref="ZeekHub.XPubEndpoint"/> tells.
    /// </summary>
    public string XPub { get; init; } = "tcp://127.0.0.1:27860";

    /// <summary>Where publishers connect with their XPUB sockets; <c>tcp://127.0.0.1:27861</c> by default. Loopback only; ports as in <see cref="XPub"/>.</summary>
    public string XSub { get; init; } = "tcp://127.0.0.1:27861";

    /// <summary>How many bytes a message may have; 16 MiB by default. The connection of a peer that sends more is closed.</summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// How many messages may wait for one subscriber; 20,000 by default. What is more is dropped for that subscriber, whole messages, and counted: a slow subscriber costs itself
    /// its events and no one else anything. (Zeek's own proxy holds everyone up instead.)
    /// </summary>
    public int SubscriberQueueCapacity { get; init; } = 20_000;

    /// <summary>How many bytes may wait for one subscriber, or one publisher's notices; 64 MiB by default. At the limit as in <see cref="SubscriberQueueCapacity"/>.</summary>
    public int SubscriberQueueBytes { get; init; } = 64 * 1024 * 1024;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMessageBytes, 1024, nameof(MaxMessageBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxMessageBytes, 1 << 30, nameof(MaxMessageBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(SubscriberQueueCapacity, 1, nameof(SubscriberQueueCapacity));
        ArgumentOutOfRangeException.ThrowIfLessThan(SubscriberQueueBytes, 1, nameof(SubscriberQueueBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SubscriberQueueBytes, 1 << 30, nameof(SubscriberQueueBytes));
    }
}
