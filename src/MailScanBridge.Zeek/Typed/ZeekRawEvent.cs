using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek;

/// <summary>An event as it came in, of which only the name is decoded.</summary>
/// <remarks>Thread safety: immutable.</remarks>
public sealed class ZeekRawEvent
{
    private readonly byte[] _payload;
    private readonly int _args;
    private readonly ZeekWireLimits _limits;

    internal ZeekRawEvent(string topic, string sender, byte[] payload, long epoch, ZeekWireLimits? limits = null)
    {
        _limits = limits ?? ZeekWireLimits.Default;
        Topic = topic;
        Sender = sender;
        ConnectionEpoch = epoch;
        _payload = payload;
        var reader = new ZeekReader(payload, _limits);
        Name = NameCache.Get(EventEnvelope.ReadHead(ref reader));
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
            return TypedCodec<T>.ReadArgs(ref reader);
        }
        catch (ZeekSchemaException e) when (e.Event is null)
        {
            throw e.In(Name);
        }
    }

    /// <summary>Decodes it whole.</summary>
    /// <returns>The message.</returns>
    /// <exception cref="ZeekWireException">The bytes are broken.</exception>
    public ZeekMessage Decode() => new(Topic, Sender, ZeekWire.DecodeEvent(_payload, _limits), ConnectionEpoch);
}
