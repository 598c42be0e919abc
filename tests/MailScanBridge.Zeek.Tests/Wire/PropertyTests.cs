using System.Net;
using CsCheck;

namespace MailScanBridge.Zeek.Tests.Wire;

public class PropertyTests
{
    private static readonly double[] SpecialReals =
        [0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, 2.2250738585072014E-308];

    // The format carries those from 2^-1023 up, with one bit less, so that only every second one comes back as it was; 2^-1023 itself comes back as the next.
    private static readonly Gen<double> Subnormal = Gen.Select(Gen.ULong[(1UL << 50) + 1, (1UL << 51) - 1], Gen.Bool, (half, minus) =>
        BitConverter.UInt64BitsToDouble((half << 1) | (minus ? 1UL << 63 : 0)));

    private static readonly Gen<ZeekValue> Scalar = Gen.OneOf(
        Gen.Const(ZeekValue.None),
        Gen.Bool.Select(ZeekValue.FromBool),
        Gen.ULong.Select(ZeekValue.FromCount),
        Gen.Long.Select(ZeekValue.FromInteger),
        Gen.Double.Where(x => !double.IsSubnormal(x)).Select(ZeekValue.FromReal),
        Subnormal.Select(ZeekValue.FromReal),
        Gen.Int[0, SpecialReals.Length - 1].Select(i => ZeekValue.FromReal(SpecialReals[i])),
        Gen.Byte.Array[0, 300].Select(bytes => ZeekValue.FromBytes(bytes)),
        Gen.String.Select(ZeekValue.FromString),
        Gen.Byte.Array[16].Select(bytes => ZeekValue.FromAddress(new IPAddress(bytes))),
        Gen.Byte.Array[4].Select(bytes => ZeekValue.FromAddress(new IPAddress(bytes))),
        Gen.Select(Gen.Byte.Array[4], Gen.Int[0, 32], (bytes, length) => ZeekValue.FromSubnet(new IPAddress(bytes), length)),
        Gen.Select(Gen.Byte.Array[16].Where(bytes => !new IPAddress(bytes).IsIPv4MappedToIPv6), Gen.Int[0, 128], (bytes, length) => ZeekValue.FromSubnet(new IPAddress(bytes), length)),
        Gen.Select(Gen.Byte.Array[4], Gen.Int[96, 128], (bytes, length) => ZeekValue.FromSubnet(new IPAddress(bytes).MapToIPv6(), length)),
        Gen.Select(Gen.UShort, Gen.Int[0, 3], (number, protocol) => ZeekValue.FromPort(number, (ZeekPortProtocol)protocol)),
        Gen.Long.Select(ZeekValue.FromTimeNanoseconds),
        Gen.Long.Select(ZeekValue.FromIntervalNanoseconds),
        Gen.Char['a', 'z'].Array[1, 20].Select(name => ZeekValue.FromEnum(new string(name))));

    internal static readonly Gen<ZeekValue> Any = Nested(3);

    private static Gen<ZeekValue> Nested(int depth)
    {
        if (depth == 0)
            return Scalar;
        var inner = Nested(depth - 1);
        return Gen.Frequency(
            (5, Scalar),
            (1, inner.Array[0, 6].Select(items => ZeekValue.FromVector(items))),
            (1, inner.Array[0, 6].Select(items => ZeekValue.FromSet(items.Distinct()))),
            (1, Gen.Select(inner, inner).Array[0, 6].Select(pairs => ZeekValue.FromTable(pairs.DistinctBy(pair => pair.Item1).Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2))))));
    }

    [Fact]
    public void Decoding_what_was_encoded_gives_the_same_value_and_encoding_it_again_the_same_bytes() =>
        Any.Sample(value =>
        {
            var bytes = ZeekWire.Encode(value);
            var decoded = ZeekWire.Decode(bytes);
            Assert.Equal(value, decoded);
            Assert.Equal(value.GetHashCode(), decoded.GetHashCode());
            Assert.Equal(bytes, ZeekWire.Encode(decoded));
        });

    [Fact]
    public void Skipping_a_value_passes_over_exactly_its_bytes() =>
        Any.Sample(value =>
        {
            byte[] bytes = [.. ZeekWire.Encode(value), 1, 1];
            var reader = new ZeekReader(bytes);
            reader.Skip();
            Assert.Equal(2, reader.Remaining);
            Assert.True(reader.ReadBoolean());
        });

    [Fact]
    public void Whatever_decodes_from_damaged_bytes_is_encoded_to_bytes_that_decode_to_the_same() =>
        Gen.Select(Any, Gen.Int, Gen.Byte).Sample((value, place, damage) =>
        {
            var bytes = ZeekWire.Encode(value);
            bytes[(uint)place % bytes.Length] ^= damage;
            try
            {
                var decoded = ZeekWire.Decode(bytes);
                Assert.Equal(decoded, ZeekWire.Decode(ZeekWire.Encode(decoded)));
            }
            catch (ZeekWireException)
            {
                // Refused: the other good outcome. Any other exception fails the test.
            }
        });

    [Fact]
    public void The_order_of_values_is_total_and_agrees_with_equality() =>
        Gen.Select(Any, Any, Any).Sample((a, b, c) =>
        {
            Assert.Equal(a.CompareTo(b), -b.CompareTo(a));
            Assert.Equal(a.Equals(b), a.CompareTo(b) == 0);
            if (a.CompareTo(b) <= 0 && b.CompareTo(c) <= 0)
                Assert.True(a.CompareTo(c) <= 0);
        });

    [Fact]
    public void An_event_survives_the_wire_with_its_metadata() =>
        Gen.Select(Any.Array[0, 5], Gen.Select(Gen.ULong, Any).Array[0, 3]).Sample((args, metadata) =>
        {
            var e = new ZeekEvent("Some::event", args) { Metadata = [.. metadata.Select(entry => new ZeekEventMetadata(entry.Item1, entry.Item2))] };
            Assert.Equal(e, ZeekWire.DecodeEvent(ZeekWire.Encode(e)));
        });

    [Fact]
    public void Every_subnormal_number_arrives_as_near_as_the_format_can_carry_it_and_no_further_away_a_second_time() =>
        Gen.Select(Gen.ULong[1, (1UL << 52) - 1], Gen.Bool).Sample((fraction, minus) =>
        {
            var sent = BitConverter.UInt64BitsToDouble(fraction | (minus ? 1UL << 63 : 0));
            var arrived = ZeekWire.Decode(ZeekWire.Encode(ZeekValue.FromReal(sent))).AsReal();
            Assert.Equal(double.IsNegative(sent), double.IsNegative(arrived));
            if (fraction < 1UL << 51)
                Assert.Equal(0, arrived);
            else
                Assert.InRange(Math.Abs((long)(BitConverter.DoubleToUInt64Bits(arrived) & ~(1UL << 63)) - (long)fraction), 0, 1);
            Assert.Equal(arrived, ZeekWire.Decode(ZeekWire.Encode(ZeekValue.FromReal(arrived))).AsReal());
        });

    [Theory]
    [InlineData(5e-324, 0.0)]
    [InlineData(-5e-324, -0.0)]
    [InlineData(1.5e-308, 1.5e-308)]
    public void A_subnormal_number_arrives_as_near_as_the_format_can_carry_it(double sent, double received)
    {
        var arrived = ZeekWire.Decode(ZeekWire.Encode(ZeekValue.FromReal(sent))).AsReal();
        Assert.Equal(received, arrived, 1e-323);
        Assert.Equal(double.IsNegative(received), double.IsNegative(arrived));
    }

    [Theory]
    [InlineData(double.PositiveInfinity, "04fff0000000000000")]
    [InlineData(double.NegativeInfinity, "047ff0000000000000")]
    [InlineData(double.NaN, "04ffffffffffffffff")]
    public void The_special_numbers_have_Brokers_own_bits(double value, string hex) =>
        Assert.Equal(hex, Convert.ToHexStringLower(ZeekWire.Encode(ZeekValue.FromReal(value))));
}
