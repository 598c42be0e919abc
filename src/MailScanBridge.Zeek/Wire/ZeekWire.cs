using System.Runtime.InteropServices;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek;

/// <summary>Whole payloads: values and events to and from the bytes of <c>broker-bin-v1</c>.</summary>
/// <remarks>Thread safety: all methods may be called by any thread.</remarks>
public static class ZeekWire
{
    /// <summary>The name of the format, as it travels in the third part of a message.</summary>
    public const string Serializer = "broker-bin-v1";

    internal static ReadOnlySpan<byte> SerializerBytes => "broker-bin-v1"u8;

    /// <summary>Encodes a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The bytes, equal to those Zeek would send.</returns>
    public static byte[] Encode(in ZeekValue value)
    {
        using var buffer = PooledBuffer.Rent();
        var writer = new ZeekWriter(buffer);
        writer.WriteValue(value);
        writer.Flush();
        return buffer.ToArray();
    }

    /// <summary>Encodes an event.</summary>
    /// <param name="e">The event.</param>
    /// <returns>The bytes, equal to those Zeek would send.</returns>
    public static byte[] Encode(ZeekEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        using var buffer = PooledBuffer.Rent();
        var writer = new ZeekWriter(buffer);
        EventEnvelope.Write(ref writer, e);
        writer.Flush();
        return buffer.ToArray();
    }

    /// <summary>Encodes a typed event.</summary>
    /// <typeparam name="T">The typed event.</typeparam>
    /// <param name="e">The event.</param>
    /// <returns>The bytes, equal to those Zeek would send.</returns>
    /// <exception cref="ArgumentException">A value cannot be sent: null where none is allowed, an item twice in a set, a time beyond the years 1677 to 2262.</exception>
    public static byte[] Encode<T>(T e)
        where T : IZeekEvent<T> => Encode(e, []);

    /// <summary>Encodes a typed event with metadata.</summary>
    /// <typeparam name="T">The typed event.</typeparam>
    /// <param name="e">The event.</param>
    /// <param name="metadata">What travels beside the arguments, such as <see cref="ZeekEventMetadata.FromNetworkTime"/>; may be empty.</param>
    /// <returns>The bytes, equal to those Zeek would send.</returns>
    /// <exception cref="ArgumentException">A value cannot be sent: null where none is allowed, an item twice in a set, a time beyond the years 1677 to 2262.</exception>
    public static byte[] Encode<T>(T e, IReadOnlyList<ZeekEventMetadata> metadata)
        where T : IZeekEvent<T>
    {
        ArgumentNullException.ThrowIfNull(e);
        ArgumentNullException.ThrowIfNull(metadata);
        using var buffer = PooledBuffer.Rent();
        var writer = new ZeekWriter(buffer);
        EventEnvelope.WriteHead(ref writer, TypedCodec<T>.Name, metadata.Count > 0);
        e.WriteArgs(ref writer);
        if (metadata.Count > 0)
            EventEnvelope.WriteMetadata(ref writer, metadata);
        writer.Flush();
        return buffer.ToArray();
    }

    /// <summary>Decodes a typed event.</summary>
    /// <typeparam name="T">The typed event.</typeparam>
    /// <param name="payload">The bytes; nothing of them is kept.</param>
    /// <returns>The event.</returns>
    /// <exception cref="ZeekSchemaException">It is another event, or an argument is missing or of another type.</exception>
    /// <exception cref="ZeekWireException">The bytes are no event, or more than one.</exception>
    public static T DecodeEvent<T>(ReadOnlySpan<byte> payload)
        where T : IZeekEvent<T>
    {
        var reader = new ZeekReader(payload);
        var name = EventEnvelope.ReadHead(ref reader, out var parts);
        if (!name.SequenceEqual(TypedCodec<T>.NameBytes))
            throw new ZeekSchemaException(T.EventName, T.EventName, "(name)", T.EventName, "another event");
        try
        {
            var e = TypedCodec<T>.ReadArgs(ref reader);
            EventEnvelope.ReadTail(ref reader, parts);
            return e;
        }
        catch (ZeekSchemaException e) when (e.Event is null)
        {
            throw e.In(T.EventName);
        }
    }

    /// <summary>Decodes a value that must take up all the bytes.</summary>
    /// <param name="payload">The bytes. The value's strings are views of them: do not change them afterwards.</param>
    /// <param name="limits">What to accept at most; <see cref="ZeekWireLimits.Default"/> where null.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ZeekWireException">The bytes are no such value, or go past a limit.</exception>
    public static ZeekValue Decode(ReadOnlyMemory<byte> payload, ZeekWireLimits? limits = null)
    {
        limits ??= ZeekWireLimits.Default;
        var bytes = Segment(payload, limits);
        return new ValueDecoder(bytes.Array!, bytes.Offset, bytes.Count, limits).ReadAll();
    }

    /// <summary>Decodes an event.</summary>
    /// <param name="payload">The bytes. The event's strings are views of them: do not change them afterwards.</param>
    /// <param name="limits">What to accept at most; <see cref="ZeekWireLimits.Default"/> where null.</param>
    /// <returns>The event.</returns>
    /// <exception cref="ZeekWireException">The bytes are no event, or go past a limit.</exception>
    public static ZeekEvent DecodeEvent(ReadOnlyMemory<byte> payload, ZeekWireLimits? limits = null) =>
        EventEnvelope.FromValue(Decode(payload, limits));

    private static ArraySegment<byte> Segment(ReadOnlyMemory<byte> payload, ZeekWireLimits limits)
    {
        if (payload.Length > limits.MaxBytes)
            WireFail.TooLarge(payload.Length, limits.MaxBytes);

        // Memory that is not an array (native, mapped) is copied once.
        return MemoryMarshal.TryGetArray(payload, out var segment) && segment.Array is not null ? segment : new ArraySegment<byte>(payload.ToArray());
    }
}
