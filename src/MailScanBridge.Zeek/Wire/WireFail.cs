using System.Diagnostics.CodeAnalysis;

namespace MailScanBridge.Zeek.Wire;

/// <summary>Throws away from the hot code, so that the code that reads stays small enough to be inlined.</summary>
internal static class WireFail
{
    [DoesNotReturn]
    public static void Truncated(int at) => throw new ZeekWireException(ZeekWireError.Truncated, at, "The bytes end inside a value");

    [DoesNotReturn]
    public static void UnknownTag(int at, byte tag) => throw new ZeekWireException(ZeekWireError.UnknownTag, at, $"Tag {tag} names no type");

    [DoesNotReturn]
    public static void VarByte(int at) => throw new ZeekWireException(ZeekWireError.VarByteOverflow, at, "A length does not fit 32 bits");

    [DoesNotReturn]
    public static void Count(int at, ulong count, int left) =>
        throw new ZeekWireException(ZeekWireError.Truncated, at, $"{count} items are announced but only {left} bytes are left");

    [DoesNotReturn]
    public static void BadPort(int at, byte protocol) => throw new ZeekWireException(ZeekWireError.BadPort, at, $"Port protocol {protocol} is none of the four known");

    [DoesNotReturn]
    public static void BadSubnet(int at, byte length) => throw new ZeekWireException(ZeekWireError.BadSubnet, at, $"Subnet length {length} does not fit its address");

    [DoesNotReturn]
    public static void Duplicate(int at, ZeekKind kind) =>
        throw new ZeekWireException(ZeekWireError.Duplicate, at, kind == ZeekKind.Set ? "An item of a set is there twice" : "A key of a table is there twice");

    [DoesNotReturn]
    public static void TooDeep(int at, int limit) => throw new ZeekWireException(ZeekWireError.TooDeep, at, $"Values nest deeper than {limit}");

    [DoesNotReturn]
    public static void TooManyValues(int at, int limit) => throw new ZeekWireException(ZeekWireError.TooManyValues, at, $"The message has more than {limit} values");

    [DoesNotReturn]
    public static void TooLarge(int size, int limit) => throw new ZeekWireException(ZeekWireError.TooLarge, limit, $"{size} bytes are more than the limit of {limit}");

    [DoesNotReturn]
    public static void Trailing(int at, int left) => throw new ZeekWireException(ZeekWireError.TrailingBytes, at, $"{left} bytes are left after the value");

    [DoesNotReturn]
    public static void Kind(int at, ZeekKind expected, byte tag)
    {
        if (tag > (byte)ZeekKind.Vector)
            UnknownTag(at, tag);
        throw new ZeekWireException(ZeekWireError.UnexpectedKind, at, $"A {expected} belongs here, but a {(ZeekKind)tag} came");
    }

    [DoesNotReturn]
    public static void NotAnEvent(int at, string why) => throw new ZeekWireException(ZeekWireError.NotAnEvent, at, $"Not an event: {why}");
}
