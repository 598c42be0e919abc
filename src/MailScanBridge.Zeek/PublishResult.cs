namespace MailScanBridge.Zeek;

/// <summary>What became of an event that was given to <see cref="ZeekClient.Publish(string, ZeekEvent)"/>.</summary>
public enum PublishResult
{
    /// <summary>
    /// It is in the send queue and goes to the hub. <see cref="ZeekClientStatistics.Confirmed"/> counts those that have passed the hub. It can still be
    /// lost where the connection breaks first; <see cref="ZeekClientStatistics.SendLost"/> counts those.
    /// </summary>
    Sent,

    /// <summary>It was not sent: nobody in the cluster subscribes to the topic.</summary>
    NoSubscriber,

    /// <summary>It was not sent: the send queue is full, because the hub takes events more slowly than they are published.</summary>
    QueueFull,

    /// <summary>It was not sent: there is no connection to the hub.</summary>
    Disconnected,
}
