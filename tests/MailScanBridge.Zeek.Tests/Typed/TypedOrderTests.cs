using System.Net;
using CsCheck;

namespace MailScanBridge.Zeek.Tests.Typed;

[ZeekEvent("Test::sorted")]
public sealed partial record Sorted(
    HashSet<string> Texts, HashSet<long> Ints, HashSet<ulong> Counts, HashSet<double> Reals, HashSet<IPAddress> Addresses, HashSet<ZeekSubnet> Subnets, HashSet<ZeekPort> Ports,
    HashSet<TimeSpan> Intervals, HashSet<Color> Colors, HashSet<(IPAddress, ZeekPort)> Pairs, HashSet<(string?, long)> Holes, HashSet<ZeekValue> Any,
    Dictionary<string, HashSet<ulong>> Nested, Dictionary<(ulong, string), Inner[]> Records);

[ZeekEvent("Test::texts")]
public sealed partial record Texts(HashSet<string> S, Dictionary<string, bool> T);

public class TypedOrderTests
{
    // Few letters and a zero, so that many begin alike or differ only in length.
    private static readonly Gen<string> Text = Gen.OneOf(Gen.Char["ab\0"].Array[0, 12].Select(letters => new string(letters)), Gen.String);

    private static readonly Gen<IPAddress> Address = Gen.OneOf(
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes)), Gen.Byte.Array[16].Select(bytes => new IPAddress(bytes)),
        Gen.Byte.Select(last => new IPAddress([0, 0, 0, 0, 0, 0, 0, last, 0, 0, 0, 0, 0, 0, 0, last])),
        Gen.Byte.Select(last => new IPAddress([0, 0, 0, 0, 0, 0, 0, 0, 9, last, 0, 0, 0, 0, 0, last])));

    private static readonly Gen<ZeekPort> Port = Gen.Select(Gen.UShort, Gen.Int[0, 3], (number, protocol) => new ZeekPort(number, (ZeekPortProtocol)protocol));

    [Fact]
    public void Sets_and_tables_are_written_in_Zeeks_order_whatever_they_hold() =>
        Gen.Select(
            Gen.Select(Set(Text), Set(Gen.Long), Set(Gen.ULong), Set(Gen.Double.Where(x => !double.IsSubnormal(x) && x != 0 && !double.IsNaN(x)))),
            Gen.Select(Set(Address), Set(Gen.Select(Gen.Byte.Array[4], Gen.Int[0, 32], (bytes, length) => new ZeekSubnet(new IPAddress(bytes), length))), Set(Port)),
            Gen.Select(Set(Gen.Long[-1_000_000, 1_000_000].Select(ticks => TimeSpan.FromTicks(ticks))), Set(Gen.Int[0, 2].Select(i => (Color)i))),
            Gen.Select(Set(Gen.Select(Address, Port)), Set(Gen.Select(Text.Null(), Gen.Long)), Set(Wire.PropertyTests.Any)),
            Set(Text).SelectMany(keys => Set(Gen.ULong).Select(values => keys.ToDictionary(key => key, _ => values))),
            Set(Gen.Select(Gen.ULong[0, 3], Text)).Select(keys => keys.ToDictionary(key => key, key => new[] { new Inner(key.Item1, key.Item2) })))
        .Sample((a, b, c, d, nested, records) =>
        {
            var bytes = ZeekWire.Encode(new Sorted(a.Item1, a.Item2, a.Item3, a.Item4, b.Item1, b.Item2, b.Item3, c.Item1, c.Item2, d.Item1, d.Item2, d.Item3, nested, records));

            // Decoding accepts any order and gives Zeek's.
            Assert.Equal(Convert.ToHexString(ZeekWire.Encode(ZeekWire.DecodeEvent(bytes))), Convert.ToHexString(bytes));
        }, iter: 1000);

    [Fact]
    public void Large_sets_and_long_texts_are_no_different()
    {
        var many = Enumerable.Range(0, 40_000).Select(i => $"{(i * 7919) % 40_000:D9}" + new string('x', i % 300)).ToHashSet();
        var bytes = ZeekWire.Encode(new Texts(many, many.Take(20_000).ToDictionary(text => text, text => text.Length % 2 == 0)));
        Assert.True(bytes.AsSpan().SequenceEqual(ZeekWire.Encode(ZeekWire.DecodeEvent(bytes))));
    }

    [Fact]
    public void Items_that_are_the_same_on_the_wire_are_refused_as_Zeek_would_refuse_the_message()
    {
        // Halves of surrogate pairs, which are no text: each becomes the same replacement.
        Assert.Contains("set", Assert.Throws<ArgumentException>(() => ZeekWire.Encode(new Texts(["\ud800", "\ud801"], []))).Message, StringComparison.Ordinal);
        Assert.Contains("table", Assert.Throws<ArgumentException>(() => ZeekWire.Encode(new Texts([], new() { ["\ud800"] = true, ["\ud801"] = true }))).Message, StringComparison.Ordinal);
        Assert.NotEmpty(ZeekWire.Encode(new Texts(["a"], [])));
    }

    private static Gen<HashSet<T>> Set<T>(Gen<T> item) => item.Array[0, 20].Select(items => items.ToHashSet());
}
