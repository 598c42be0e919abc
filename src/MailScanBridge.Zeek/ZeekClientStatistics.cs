namespace MailScanBridge.Zeek;

/// <summary>What a <see cref="ZeekClient"/> has done since it was made. A snapshot; the counts are each exact, but not of one instant.</summary>
public sealed record ZeekClientStatistics
{
    /// <summary>Messages that came in from others, good or bad.</summary>
    public long Received { get; init; }

    /// <summary>Bytes of payload that came in from others.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Messages that were this client's own and came back from the hub; they are skipped.</summary>
    public long OwnSkipped { get; init; }

    /// <summary>Messages that could not be read, by kind: <c>part-count</c>, <c>serializer</c>, or what was wrong with the payload.</summary>
    public IReadOnlyDictionary<string, long> Undecodable { get; init; } = new Dictionary<string, long>();

    /// <summary>Events dropped because the receive queue was full, by topic; past 1,024 topics, and for topics of more than 1,024 characters, under an empty name.</summary>
    public IReadOnlyDictionary<string, long> Overflow { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// Events that no reader was for. While there are readers of certain events only (<see cref="ZeekClient.ReadAllAsync{T}"/>, handlers), others wait in the queue in case someone
    /// reads them, and are counted here when they have to give way; what a handler has no method for at once.
    /// </summary>
    public long PassedOver { get; init; }

    /// <summary>Events waiting to be read, those included that no reader is for.</summary>
    public long ReceiveQueueLength { get; init; }

    /// <summary>Events accepted for sending.</summary>
    public long Published { get; init; }

    /// <summary>Events that have left the send queue for the hub.</summary>
    public long Sent { get; init; }

    /// <summary>Events that have passed the hub, proven by an echo. Behind <see cref="Sent"/> by at most a quarter of a second.</summary>
    public long Confirmed { get; init; }

    /// <summary>Events accepted for sending that were lost, or may have been, because the connection broke before their echo.</summary>
    public long SendLost { get; init; }

    /// <summary>Events waiting to be sent.</summary>
    public long SendQueueLength { get; init; }

    /// <summary>Events refused because nobody subscribes to their topic.</summary>
    public long RefusedNoSubscriber { get; init; }

    /// <summary>Events refused because the send queue was full.</summary>
    public long RefusedQueueFull { get; init; }

    /// <summary>Events refused because there was no connection.</summary>
    public long RefusedDisconnected { get; init; }

    /// <summary>How often the connection to the hub was lost.</summary>
    public long Disconnects { get; init; }

    /// <summary>How often the client stood still for longer than <see cref="ZeekClientOptions.PauseLimit"/>.</summary>
    public long Pauses { get; init; }

    /// <summary>Subscriptions of others that were not kept, because <see cref="ZeekClientOptions.KnownTopicsBytes"/> were taken.</summary>
    public long TopicsNotKept { get; init; }

    /// <summary>Connections that were cut because what answered did not speak CURVE although keys are set. Not zero may mean an attack, or a hub without CURVE.</summary>
    public long RefusedPeers { get; init; }
}
