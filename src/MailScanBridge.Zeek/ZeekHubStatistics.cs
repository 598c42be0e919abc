namespace MailScanBridge.Zeek;

/// <summary>What a <see cref="ZeekHub"/> has done since it was started, and who is connected now. A snapshot.</summary>
public sealed record ZeekHubStatistics
{
    /// <summary>Messages that came from publishers.</summary>
    public long Forwarded { get; init; }

    /// <summary>Bytes of those messages, as on the wire.</summary>
    public long ForwardedBytes { get; init; }

    /// <summary>Messages of them that nobody subscribed to.</summary>
    public long Unmatched { get; init; }

    /// <summary>Messages not passed to a subscriber because it reads too slowly; one for each subscriber that missed it.</summary>
    public long Dropped { get; init; }

    /// <summary>Subscriptions and ends of subscriptions that came from subscribers.</summary>
    public long SubscriptionChanges { get; init; }

    /// <summary>Subscribers connected now.</summary>
    public int Subscribers { get; init; }

    /// <summary>Publishers connected now.</summary>
    public int Publishers { get; init; }

    /// <summary>Topics that have a subscriber now.</summary>
    public int Topics { get; init; }

    /// <summary>Connections refused because they did not begin as ZMTP 3 with the right kind of socket, or were too many.</summary>
    public long Refused { get; init; }

    /// <summary>Connections closed because they sent something that is no ZMTP, or a message too large.</summary>
    public long Broken { get; init; }

    /// <summary>Subscribers cut off because they subscribed to a topic too long, or to too many: see <see cref="ZeekHubOptions.MaxTopicBytes"/>.</summary>
    public long CutForTopics { get; init; }

    /// <summary>
    /// Publishers cut off because they did not read the notices of who subscribes to what until twice <see cref="ZeekHubOptions.SubscriberQueueBytes"/> waited for them; they would
    /// have gone on with a wrong list.
    /// </summary>
    public long CutForNotices { get; init; }
}
