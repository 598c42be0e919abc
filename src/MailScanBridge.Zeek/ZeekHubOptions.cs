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

    /// <summary>
    /// How many peers may be connected to each of the two endpoints; 1,024 by default. Further ones are closed at once and counted as <see cref="ZeekHubStatistics.Refused"/>.
    /// </summary>
    public int MaxPeers { get; init; } = 1024;

    /// <summary>
    /// How many bytes a topic that is subscribed to may have; 1,024 by default, where Zeek's own have less than 100. The connection of a subscriber that asks for a longer one is
    /// closed, and counted as <see cref="ZeekHubStatistics.CutForTopics"/>.
    /// </summary>
    public int MaxTopicBytes { get; init; } = 1024;

    /// <summary>How many different topics one subscriber may have at a time; 10,000 by default. At the limit as in <see cref="MaxTopicBytes"/>.</summary>
    public int SubscriberTopics { get; init; } = 10_000;

    /// <summary>How many bytes the topics of one subscriber may have together; 1 MiB by default. At the limit as in <see cref="MaxTopicBytes"/>.</summary>
    public int SubscriberTopicBytes { get; init; } = 1024 * 1024;

    internal void Validate()
    {
        const int Most = 1 << 30;
        var faults = new List<string>();
        var wrong = CheckEndpoint(faults, XPub, nameof(XPub));
        wrong = CheckEndpoint(faults, XSub, nameof(XSub)) ?? wrong;
        CheckRange(faults, MaxMessageBytes, 1024, Most, nameof(MaxMessageBytes));
        CheckRange(faults, SubscriberQueueCapacity, 1, int.MaxValue, nameof(SubscriberQueueCapacity));
        CheckRange(faults, SubscriberQueueBytes, 1, Most, nameof(SubscriberQueueBytes));
        CheckRange(faults, MaxPeers, 1, int.MaxValue, nameof(MaxPeers));
        CheckRange(faults, MaxTopicBytes, 1, Most, nameof(MaxTopicBytes));
        CheckRange(faults, SubscriberTopics, 1, int.MaxValue, nameof(SubscriberTopics));
        CheckRange(faults, SubscriberTopicBytes, 1, Most, nameof(SubscriberTopicBytes));
        if (faults.Count == 0)
            return;
        var message = "The options are not usable: " + string.Join(" ", faults);
        throw wrong is null ? new ArgumentException(message) : new ZeekHubException(wrong, message);
    }

    private static void CheckRange(List<string> faults, int value, int least, int most, string name)
    {
        if (value < least || value > most)
            faults.Add($"{name} is {value}, but must be from {least} to {most}.");
    }

    /// <summary>Gives the endpoint back where the hub cannot listen on it.</summary>
    private static string? CheckEndpoint(List<string> faults, string? endpoint, string name)
    {
        if (endpoint is null)
        {
            faults.Add($"{name} is null.");
            return "";
        }

        try
        {
            Transport.LoopbackEndpoint.Parse(endpoint);
            return null;
        }
        catch (ZeekHubException e)
        {
            faults.Add($"{name}: {e.Message}");
            return endpoint;
        }
    }
}
