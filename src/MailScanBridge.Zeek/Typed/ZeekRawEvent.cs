using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek;

/// <summary>An event as it came in, of which only the name is decoded.</summary>
/// <remarks>Thread safety: immutable.</remarks>
public sealed class ZeekRawEvent
{
    private readonly byte[] _payload;
    private readonly int _args;
    private readonly int _parts;
    private readonly ZeekWireLimits _limits;

    internal ZeekRawEvent(string topic, string sender, byte[] payload, long epoch, ZeekWireLimits? limits = null)
    {
        _limits = limits ?? ZeekWireLimits.Default;
        Topic = topic;
        Sender = sender;
        ConnectionEpoch = epoch;
        _payload = payload;
        var reader = new ZeekReader(payload, _limits);
        Name = NameCache.Get(EventEnvelope.ReadHead(ref reader, out _parts));
        _args = reader.Position;
    }

    /// <summary>The topic to which it was published.</summary>
    public string Topic { get; }

    /// <summary>The node id that the sender claims. Nothing checks it.</summary>
    public string Sender { get; }

    /// <summary>Which connection to the hub brought it.</summary>
    public long ConnectionEpoch { get; }

    /// <summary>The event's name with its module.</summary>
    public string Name { get; }

    /// <summary>
    /// What travels beside the arguments; empty as from Zeek, unless <c>EventMetadata::add_network_timestamp</c> is set. Read anew at each call where there is something.
    /// </summary>
    /// <exception cref="ZeekWireException">The bytes are broken.</exception>
    public IReadOnlyList<ZeekEventMetadata> Metadata
    {
        get
        {
            if (_parts == 2)
                return [];
            var reader = OpenArgs();
            reader.Skip();
            return EventEnvelope.ReadMetadata(ref reader);
        }
    }

    /// <summary>The network time at which Zeek raised the event; none unless Zeek is told to send it. The first such entry counts.</summary>
    /// <exception cref="ZeekWireException">The bytes are broken.</exception>
    public DateTimeOffset? NetworkTime => ZeekEventMetadata.NetworkTimeOf(Metadata);

    /// <summary>The whole payload as it came, <c>broker-bin-v1</c>.</summary>
    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>A reader that stands before the vector of arguments, and keeps to the client's limits.</summary>
    /// <returns>The reader.</returns>
    public ZeekReader OpenArgs() => new(_payload.AsSpan(_args), _limits);

    /// <summary>Decodes the arguments into a typed event.</summary>
    /// <typeparam name="T">The typed event; its name is not compared.</typeparam>
    /// <returns>The typed event.</returns>
    /// <exception cref="ZeekSchemaException">An argument is missing or of another type.</exception>
    /// <exception cref="ZeekWireException">The bytes are broken.</exception>
    public T As<T>()
        where T : IZeekEvent<T>
    {
        var reader = OpenArgs();
        try
        {
            var e = TypedCodec<T>.ReadArgs(ref reader);
            EndArgs(ref reader);
            return e;
        }
        catch (ZeekSchemaException e) when (e.Event is null)
        {
            throw e.In(Name);
        }
    }

    /// <summary>Demands that nothing but metadata comes behind the arguments.</summary>
    internal void EndArgs(ref ZeekReader reader) => EventEnvelope.ReadTail(ref reader, _parts);

    /// <summary>Decodes it whole.</summary>
    /// <returns>The message.</returns>
    /// <exception cref="ZeekWireException">The bytes are broken.</exception>
    public ZeekMessage Decode() => new(Topic, Sender, ZeekWire.DecodeEvent(_payload, _limits), ConnectionEpoch);
}
