namespace MailScanBridge.Zeek.Tests.Wire;

public class HostileBytesTests
{
    [Theory]
    [InlineData("", ZeekWireError.Truncated)]
    [InlineData("02000000", ZeekWireError.Truncated)]
    [InlineData("0505616263", ZeekWireError.Truncated)]
    [InlineData("0580", ZeekWireError.Truncated)]
    [InlineData("06000000", ZeekWireError.Truncated)]
    [InlineData("0e02", ZeekWireError.Truncated)]
    [InlineData("0000", ZeekWireError.TrailingBytes)]
    [InlineData("0f", ZeekWireError.UnknownTag)]
    [InlineData("ff", ZeekWireError.UnknownTag)]
    [InlineData("05ffffffffff01", ZeekWireError.VarByteOverflow)]
    [InlineData("05ffffffff1f", ZeekWireError.VarByteOverflow)]
    [InlineData("0effffffff0f", ZeekWireError.Truncated)]
    [InlineData("0cffffffff07", ZeekWireError.Truncated)]
    [InlineData("0dffffffff07", ZeekWireError.Truncated)]
    [InlineData("08005004", ZeekWireError.BadPort)]
    [InlineData("0700000000000000000000ffffc0a8090018", ZeekWireError.BadSubnet)]
    [InlineData("0720010db800000000000000000000000081", ZeekWireError.BadSubnet)]
    [InlineData("0c02010001" + "00", ZeekWireError.Duplicate)]
    [InlineData("0d02010000010000", ZeekWireError.Duplicate)]
    public void Broken_bytes_are_refused_with_the_reason(string hex, ZeekWireError expected)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, Assert.Throws<ZeekWireException>(() => ZeekWire.Decode(bytes)).Error);
    }

    [Theory]
    [InlineData("wire")]
    [InlineData("typed")]
    public void What_the_fuzzer_starts_from_and_has_found_still_holds(string name)
    {
        var inputs = Fuzz.Seeds.Read(name);
        Assert.True(inputs.Count > 100);
        Fuzz.Targets.Target target = name == "wire" ? new Fuzz.Targets.WireTarget() : new Fuzz.Targets.TypedTarget();
        foreach (var input in inputs)
            target.Check(input, twice: true);
    }

    [Fact]
    public void A_count_of_four_billion_items_allocates_nothing()
    {
        var bytes = Convert.FromHexString("0effffffff0f" + new string('0', 200));
        Assert.Throws<ZeekWireException>(() => ZeekWire.Decode(bytes));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ZeekWireException>(() => ZeekWire.Decode(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void Nesting_is_refused_past_the_limit_and_accepted_up_to_it()
    {
        byte[] Nested(int depth) => [.. Enumerable.Repeat<byte[]>([0x0e, 1], depth - 1).SelectMany(x => x), 0];
        var limits = new ZeekWireLimits { MaxDepth = 20 };
        Assert.Equal(ZeekKind.Vector, ZeekWire.Decode(Nested(20), limits).Kind);
        Assert.Equal(ZeekWireError.TooDeep, Assert.Throws<ZeekWireException>(() => ZeekWire.Decode(Nested(21), limits)).Error);
        Assert.Equal(ZeekWireError.TooDeep, Assert.Throws<ZeekWireException>(() => ZeekWire.Decode(Nested(1_000_000))).Error);
    }

    [Fact]
    public void A_million_levels_of_nesting_can_be_skipped_without_exhausting_the_stack()
    {
        byte[] bytes = [.. Enumerable.Repeat<byte[]>([0x0e, 1], 1_000_000).SelectMany(x => x), 0];
        var reader = new ZeekReader(bytes);
        reader.Skip();
        Assert.Equal(0, reader.Remaining);
    }

    [Fact]
    public void The_number_of_values_and_of_bytes_is_limited()
    {
        byte[] bytes = [0x0e, 100, .. new byte[100]];
        Assert.Equal(ZeekKind.Vector, ZeekWire.Decode(bytes, new ZeekWireLimits { MaxValues = 101 }).Kind);
        Assert.Equal(ZeekWireError.TooManyValues, Assert.Throws<ZeekWireException>(() => ZeekWire.Decode(bytes, new ZeekWireLimits { MaxValues = 100 })).Error);
        Assert.Equal(ZeekWireError.TooLarge, Assert.Throws<ZeekWireException>(() => ZeekWire.Decode(bytes, new ZeekWireLimits { MaxBytes = 101 })).Error);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0e00")]
    [InlineData("0e0302000000000000000202000000000000000100")]
    [InlineData("0e0302000000000000000102000000000000000100")]
    [InlineData("0e030200000000000000010200000000000000010e02050161" + "00")]
    [InlineData("0e030200000000000000010200000000000000010e0205000e00")]
    [InlineData("0e030200000000000000010200000000000000010e030501610e0000")]
    [InlineData("0e030200000000000000010200000000000000010e030501610e000e0100")]
    public void A_value_that_is_not_an_event_is_refused(string hex) =>
        Assert.Equal(ZeekWireError.NotAnEvent, Assert.Throws<ZeekWireException>(() => ZeekWire.DecodeEvent(Convert.FromHexString(hex))).Error);

    [Fact]
    public void A_length_in_more_bytes_than_needed_is_accepted_as_Zeek_does() =>
        Assert.Equal("abc", ZeekWire.Decode(Convert.FromHexString("058380808000616263")).AsString());

    [Fact]
    public void A_set_in_any_order_is_accepted_and_put_in_Zeeks_order() =>
        Assert.Equal("{\"\", \"a\", \"b\"}", ZeekWire.Decode(Convert.FromHexString("0c030501620500050161")).ToString());

    [Fact]
    public void A_table_in_any_order_is_accepted_and_put_in_Zeeks_order() =>
        Assert.Equal("{\"a\" = 1, \"b\" = 2}", ZeekWire.Decode(Convert.FromHexString("0d02050162020000000000000002050161020000000000000001")).ToString());

    [Fact]
    public void An_exception_never_shows_content_of_the_bytes()
    {
        var bytes = new byte[] { 0x0e, 2, 5, 6, (byte)'s', (byte)'e', (byte)'c', (byte)'r', (byte)'e', (byte)'t', 0x77 };
        Assert.DoesNotContain("secret", Assert.Throws<ZeekWireException>(() => ZeekWire.Decode(bytes)).ToString(), StringComparison.Ordinal);
    }
}
