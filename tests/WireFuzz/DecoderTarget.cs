using MailScanBridge.Zeek;

namespace WireFuzz;

/// <summary>What must hold for any bytes at all; throws where it does not.</summary>
internal static class DecoderTarget
{
    // A value takes 32 bytes where the wire has one, an exception a few kilobytes. What is far beyond is an allocation that someone else chose.
    private const long BytesForEach = 64;
    private const long BytesAtMost = 64 * 1024;

    public static void Run(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var decoded = TryDecode(bytes, out var value);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > BytesAtMost + (BytesForEach * bytes.Length))
            throw new InvalidOperationException($"{bytes.Length} bytes made the decoder allocate {allocated}");
        if (!decoded)
            return;

        // What decodes can be skipped, and is encoded to bytes that decode to the same and are then stable.
        var reader = new ZeekReader(bytes);
        reader.Skip();
        reader.ReadEnd();
        var encoded = ZeekWire.Encode(value);
        var again = ZeekWire.Decode(encoded);
        if (again != value || !ZeekWire.Encode(again).AsSpan().SequenceEqual(encoded))
            throw new InvalidOperationException("what was encoded is not what was decoded");
        TryDecodeEvent(bytes);
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

    private static void TryDecodeEvent(byte[] bytes)
    {
        try
        {
            var e = ZeekWire.DecodeEvent(bytes);
            if (ZeekWire.DecodeEvent(ZeekWire.Encode(e)) != e)
                throw new InvalidOperationException("an event changed on its way out and in");
        }
        catch (ZeekWireException)
        {
            // A value, but no event.
        }
    }
}
