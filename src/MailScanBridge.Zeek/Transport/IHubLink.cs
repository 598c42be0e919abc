namespace MailScanBridge.Zeek.Transport;

/// <summary>A way to reach a hub: over TCP, or the hub in memory that tests use.</summary>
internal interface IHubTransport : IDisposable
{
    /// <summary>Begins a connection; called by the loop's thread only.</summary>
    IHubLink Connect();

    /// <summary>Makes <see cref="IHubLink.Wait"/> or <see cref="Idle"/> return; may be called by any thread, before, during or after.</summary>
    void Wake();

    /// <summary>Waits without a link until <see cref="Wake"/> or the time is over.</summary>
    void Idle(TimeSpan timeout);
}

/// <summary>One connection to a hub, as a pair of an XSUB and an XPUB socket. Everything is called by the loop's thread only.</summary>
internal interface IHubLink : IDisposable
{
    /// <summary>Both sockets have a transport connection, as far as can be told.</summary>
    bool Connected { get; }

    /// <summary>A connection that stood is broken; only a new link helps.</summary>
    bool Lost { get; }

    /// <summary>What a connection that was lost before it was live died of, as the end of a sentence about the hub; null where that cannot be told.</summary>
    string? Hint { get; }

    /// <summary>Waits until there may be something to receive, the state changed, or <see cref="IHubTransport.Wake"/>.</summary>
    void Wait(TimeSpan timeout);

    /// <summary>Hands the next message to the sink; false where there is none.</summary>
    bool TryReceive(IFrameSink sink);

    /// <summary>Hands the next notice of a subscription somewhere in the cluster to the sink; false where there is none.</summary>
    bool TryReceiveNotice(IFrameSink sink);

    /// <summary>Begins or ends a subscription; each topic once.</summary>
    void Subscribe(ReadOnlySpan<byte> topic, bool on);

    /// <summary>Sends an event, at the latest with the next <see cref="Flush"/>. The arrays must not change afterwards. Never waits.</summary>
    void Send(byte[] topic, byte[] payload);

    /// <summary>Bytes that were sent and that the network has not taken yet.</summary>
    long Unsent { get; }

    /// <summary>Gives the network what was sent and is still here, as far as it takes it. Never waits.</summary>
    void Flush();

    /// <summary>Closes, and lets what was sent go out for as long as this.</summary>
    void Close(TimeSpan linger);
}

/// <summary>Takes what comes in; the spans are gone when the call returns.</summary>
internal interface IFrameSink
{
    /// <summary>A message of the right number of parts.</summary>
    void OnMessage(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> serializer, ReadOnlySpan<byte> payload);

    /// <summary>A message of another number of parts; its first two where there are any.</summary>
    void OnWrongParts(int parts, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> sender);

    /// <summary>A topic gained its first subscriber, or lost its last.</summary>
    void OnNotice(ReadOnlySpan<byte> topic, bool on);
}
