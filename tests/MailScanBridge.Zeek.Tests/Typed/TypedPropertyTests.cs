using System.Net;
using CsCheck;
using MailScanBridge.Zeek.Tests.Wire;

namespace MailScanBridge.Zeek.Tests.Typed;

[ZeekRecord]
public readonly partial record struct Point(long X, double Y);

[ZeekRecord]
public sealed partial record Everything(
    bool B, ulong U, uint U4, ushort U2, long L, int I, double D, string S, byte[] Bytes, ReadOnlyMemory<byte> Memory, IPAddress A, ZeekSubnet Net, ZeekPort Port, DateTimeOffset At, TimeSpan Took,
    Color C, Inner R, Point P, ZeekValue Any);

[ZeekEvent("Test::everything")]
public sealed partial record EverythingEvent(
    Everything E, Everything? Unset, ulong? Count, string? Text, Color? Enum, Point? P, string[] Array, List<Inner> List, IReadOnlyList<Point> Points, ZeekValue[] Values, ulong[][] Nested, HashSet<string> Set,
    IReadOnlySet<(IPAddress, ZeekPort?)> Pairs, HashSet<Inner> Inners, Dictionary<string, HashSet<long>> Table, IReadOnlyDictionary<(ulong, Point), byte[]> ByPair);

/// <summary>What a typed event holds comes back as it was, and both decoders agree on it.</summary>
public class TypedPropertyTests
{
    private static readonly Gen<string> Text = Gen.String.Select(text => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)));
    private static readonly Gen<double> Real = Gen.Double.Where(x => !double.IsSubnormal(x));
    private static readonly Gen<IPAddress> Address = Gen.OneOf(
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes)), Gen.Byte.Array[16].Select(bytes => new IPAddress(bytes)).Where(address => !address.IsIPv4MappedToIPv6));

    private static readonly Gen<ZeekSubnet> Subnet = Address.SelectMany(address => Gen.Int[0, address.GetAddressBytes().Length * 8].Select(length => new ZeekSubnet(address, length)));
    private static readonly Gen<ZeekPort> Port = Gen.Select(Gen.UShort, Gen.Int[0, 3], (number, protocol) => new ZeekPort(number, (ZeekPortProtocol)protocol));
    private static readonly Gen<TimeSpan> Interval = Gen.Long[long.MinValue / 100, long.MaxValue / 100].Select(ticks => new TimeSpan(ticks));
    private static readonly Gen<Inner> Record = Gen.Select(Gen.ULong, Text.Null(), (a, b) => new Inner(a, b));
    private static readonly Gen<Point> Struct = Gen.Select(Gen.Long, Real, (x, y) => new Point(x, y));

    private static readonly Gen<Everything> Whole = Gen.Select(
        Gen.Select(Gen.Bool, Gen.ULong, Gen.UInt, Gen.UShort, Gen.Long, Gen.Int, Real, Text), Gen.Select(Gen.Byte.Array[0, 200], Address, Subnet, Port, Interval, Interval),
        Gen.Select(Gen.Int[0, 2], Record, Struct, PropertyTests.Any),
        (a, b, c) => new Everything(
            a.Item1, a.Item2, a.Item3, a.Item4, a.Item5, a.Item6, a.Item7, a.Item8, b.Item1, b.Item1, b.Item2, b.Item3, b.Item4, DateTimeOffset.UnixEpoch + b.Item5, b.Item6, (Color)c.Item1, c.Item2, c.Item3, c.Item4));

    private static readonly Gen<EverythingEvent> Event = Gen.Select(
        Gen.Select(Whole, Whole.Null(), Gen.ULong.Nullable(), Text.Null(), Gen.Int[0, 2].Nullable(), Struct.Nullable()),
        Gen.Select(Text.Array[0, 5], Record.List[0, 5], Struct.Array[0, 5], PropertyTests.Any.Array[0, 3], Gen.ULong.Array[0, 3].Array[0, 3]),
        Gen.Select(Text.Array[0, 50], Gen.Select(Address, Port.Nullable()).Array[0, 50], Record.Array[0, 50], Gen.Long.Array[0, 40], Gen.Select(Gen.ULong, Struct).Array[0, 40]),
        (a, b, c) => new EverythingEvent(
            a.Item1, a.Item2, a.Item3, a.Item4, (Color?)a.Item5, a.Item6, b.Item1, b.Item2, b.Item3, b.Item4, b.Item5, [.. c.Item1], c.Item2.ToHashSet(), [.. c.Item3],
            c.Item1.Distinct().ToDictionary(key => key, _ => c.Item4.ToHashSet()), c.Item5.Distinct().ToDictionary(key => key, key => BitConverter.GetBytes(key.Item1))));

    [Fact]
    public void What_was_encoded_typed_is_decoded_typed_to_the_same() =>
        Event.Sample(
            e =>
            {
                var bytes = ZeekWire.Encode(e);
                var read = ZeekWire.DecodeEvent<EverythingEvent>(bytes);
                AssertSame(e.E, read.E);
                Assert.Equal(e.Unset is null, read.Unset is null);
                if (e.Unset is not null)
                    AssertSame(e.Unset, read.Unset!);
                Assert.Equal((e.Count, e.Text, e.Enum, e.P), (read.Count, read.Text, read.Enum, read.P));
                Assert.True(e.Array.SequenceEqual(read.Array) && e.List.SequenceEqual(read.List) && e.Points.SequenceEqual(read.Points) && e.Values.SequenceEqual(read.Values));
                Assert.True(e.Nested.Length == read.Nested.Length && e.Nested.Zip(read.Nested).All(both => both.First.SequenceEqual(both.Second)));
                Assert.Equal((e.Set.Count, e.Pairs.Count, e.Inners.Count, e.Table.Count, e.ByPair.Count), (read.Set.Count, read.Pairs.Count, read.Inners.Count, read.Table.Count, read.ByPair.Count));
                Assert.Equal(bytes, ZeekWire.Encode(read));
                Assert.Equal(bytes, ZeekWire.Encode(ZeekWire.DecodeEvent(bytes)));

                // What stands in the sets is found in them, small or large.
                Assert.True(e.Set.All(read.Set.Contains) && e.Pairs.All(read.Pairs.Contains) && e.Inners.All(read.Inners.Contains) && e.Table.All(pair => read.Table[pair.Key].SetEquals(pair.Value)));
                Assert.True(e.ByPair.All(pair => read.ByPair[pair.Key].SequenceEqual(pair.Value)));
            },
            iter: 300);

    // Two arrays of the same bytes are not equal to a record, and that is all that may differ.
    private static void AssertSame(Everything x, Everything y)
    {
        Assert.Equal(x.Bytes, y.Bytes);
        Assert.Equal(x.Memory.ToArray(), y.Memory.ToArray());
        Assert.Equal(x, y with { Bytes = x.Bytes, Memory = x.Memory });
    }
}
