using MailScanBridge.Zeek;

namespace Fuzz.Targets;

/// <summary>Zeek's binary event format. What decodes can be skipped, and is encoded to bytes that decode to the same and are then stable.</summary>
internal sealed class WireTarget : Target
{
    // A value takes 32 bytes where the wire has one, and here it is decoded up to five times.
    public override long BytesForEach => 1024;

    public override IReadOnlyList<byte[]> Tokens =>
    [
        [0xff, 0xff, 0xff, 0xff, 0x0f], [0x80, 0x80, 0x80, 0x80, 0x10], [0x0e, 0x01], [0x04, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0], [0x04, 0x7f, 0xf0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1, 24],
    ];

    protected override int Run(byte[] input)
    {
        // The first decoding alone is held to the narrow bound.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var decoded = TryDecode(input, out var value);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Must(allocated <= (64 * 1024) + (64 * input.Length), $"{input.Length} bytes made the decoder allocate {allocated}");
        if (!decoded)
            return 0;
        var reader = new ZeekReader(input);
        reader.Skip();
        reader.ReadEnd();
        var encoded = ZeekWire.Encode(value);
        var again = ZeekWire.Decode(encoded);
        Must(again == value && ZeekWire.Encode(again).AsSpan().SequenceEqual(encoded), "what was encoded is not what was decoded");
        return HashCode.Combine(value, DecodeEvent(input));
    }

    private static bool TryDecode(byte[] bytes, out ZeekValue value)
    {
        try
        {
            value = ZeekWire.Decode(bytes);
            return true;
        }
        catch (ZeekWireException)
        {
            value = default;
            return false;
        }
    }

    private static bool DecodeEvent(byte[] bytes)
    {
        try
        {
            var e = ZeekWire.DecodeEvent(bytes);
            Must(ZeekWire.DecodeEvent(ZeekWire.Encode(e)) == e, "an event changed on its way out and in");
            return true;
        }
        catch (ZeekWireException)
        {
            return false; // A value, but no event.
        }
    }
}
