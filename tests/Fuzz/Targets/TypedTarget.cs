using System.Net;
using MailScanBridge.Zeek;

namespace Fuzz.Targets;

/// <summary>
/// A typed event with sets and tables of every kind of key, read by generated code. What it takes the generic decoder takes, too; and what it took is encoded to bytes that read as the same and are
/// then stable.
/// </summary>
internal sealed class TypedTarget : Target
{
    private static readonly byte[] s_name = "Fuzz::typed"u8.ToArray();

    // Encoded twice and decoded three times, and a set takes some 50 bytes for an item of one.
    public override long BytesForEach => 2048;

    public override IReadOnlyList<byte[]> Tokens =>
    [
        s_name, [0x0c, 0x02], [0x0d, 0x02], [0x0e, 0x01], [0x0e, 0x02], [0x05, 0x01, 0xff], [0x05, 0x01, 0xfe], [0x0a, 0, 0, 0, 0, 0, 0, 0, 1], [0x0a, 0, 0, 0, 0, 0, 0, 0, 2], [0x02, 0, 0, 0, 0, 0, 0, 0, 2],
        [0xff, 0xff, 0xff, 0xff, 0x0f], [0x0b, 0x07, .. "Fuzz::A"u8], [0x0e, 0x02, 0x02, 0, 0, 0, 0, 0, 0, 0, 1],
    ];

    protected override int Run(byte[] input)
    {
        if (Read(input) is not { } e)
            return 0;
        Must(IsTakenByTheGenericDecoder(input), "the typed decoder took what the generic one refuses");
        var encoded = ZeekWire.Encode(e);
        var again = Read(encoded);
        Must(again is not null && ZeekWire.Encode(again).AsSpan().SequenceEqual(encoded), "what was encoded is not what was decoded");
        Must(e.Texts.All(again!.Texts.Contains) && e.Pairs.All(again.Pairs.Contains) && e.Keys.All(again.Keys.Contains) && e.Table.Keys.All(again.Table.ContainsKey), "a set lost an item");
        return HashCode.Combine(e.Texts.Count, e.Counts.Count, e.Pairs.Count, e.Keys.Count, e.Table.Count, e.Nested.Count, e.Structs.Length, e.Any.Length);
    }

    // But for depth: what the typed decoder passes over does not cost it its stack.
    private static bool IsTakenByTheGenericDecoder(byte[] input)
    {
        try
        {
            return ZeekWire.DecodeEvent(input).Name == "Fuzz::typed";
        }
        catch (ZeekWireException e)
        {
            return e.Error == ZeekWireError.TooDeep;
        }
    }

    private static TypedEvent? Read(byte[] input)
    {
        try
        {
            return ZeekWire.DecodeEvent<TypedEvent>(input);
        }
        catch (Exception e) when (e is ZeekWireException or ZeekSchemaException)
        {
            return null;
        }
    }
}

[ZeekEnum("Fuzz")]
internal enum Letter
{
    A,
    B,
}

[ZeekRecord]
internal sealed partial record TypedKey(ulong A, string? B, TypedKey? Next);

[ZeekRecord]
internal readonly partial record struct TypedStruct(long A, double B, TypedKey? C);

[ZeekEvent("Fuzz::typed")]
[ZeekLimits(MaxItems = 1000)]
internal sealed partial record TypedEvent(
    HashSet<string> Texts, HashSet<ulong> Counts, HashSet<TimeSpan> Intervals, HashSet<(IPAddress, ZeekPort?)> Pairs, HashSet<TypedKey> Keys, HashSet<Letter> Letters, Dictionary<string, ulong> Table,
    Dictionary<(ulong, Letter), HashSet<double>> Nested, TypedStruct[] Structs, ZeekValue[] Any, byte[]? Bytes);
