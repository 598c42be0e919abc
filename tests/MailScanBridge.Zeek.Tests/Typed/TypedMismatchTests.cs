namespace MailScanBridge.Zeek.Tests.Typed;

[ZeekRecord]
public sealed partial record Address(string Street, uint Number, Color? Paint);

[ZeekEvent("Test::moved")]
public sealed partial record Moved(ulong Id, Address To, int Floor);

public class TypedMismatchTests
{
    private static readonly ZeekValue Good = ZeekValue.FromVector(ZeekValue.FromString("Main"), ZeekValue.FromCount(5), ZeekValue.None);

    [Fact]
    public void An_event_with_all_its_fields_is_read() =>
        Assert.Equal(new Moved(1, new Address("Main", 5, null), -3), Read(ZeekValue.FromCount(1), Good, ZeekValue.FromInteger(-3)));

    [Fact]
    public void Further_fields_of_a_newer_peer_are_passed_over()
    {
        var longer = ZeekValue.FromVector(ZeekValue.FromString("Main"), ZeekValue.FromCount(5), ZeekValue.FromEnum("Vec::Red"), Good, ZeekValue.FromCount(9));
        Assert.Equal(new Moved(1, new Address("Main", 5, Color.Red), 0), Read(ZeekValue.FromCount(1), longer, ZeekValue.FromInteger(0), ZeekValue.FromString("more")));
    }

    public static TheoryData<string, ZeekValue[], string, string, string> Misfits => new()
    {
        { "an argument too few", [ZeekValue.FromCount(1), Good], "floor", "int", "nothing, since only 2 of 3 fields" },
        { "another type", [ZeekValue.FromString("1"), Good, ZeekValue.FromInteger(1)], "id", "count", "string" },
        { "an unset value", [ZeekValue.None, Good, ZeekValue.FromInteger(1)], "id", "count", "an unset value" },
        { "count for int", [ZeekValue.FromCount(1), Good, ZeekValue.FromCount(1)], "floor", "int", "count" },
        { "a number too large", [ZeekValue.FromCount(1), Good, ZeekValue.FromInteger(1L << 31)], "floor", "int", "a number too large" },
        { "no record", [ZeekValue.FromCount(1), ZeekValue.FromBool(true), ZeekValue.FromInteger(1)], "to", "Address", "bool" },
        { "a record too short", [ZeekValue.FromCount(1), ZeekValue.FromVector(ZeekValue.FromString("x")), ZeekValue.FromInteger(1)], "number", "count", "nothing, since only 1 of 3 fields" },
        {
            "an enum's value that is not known",
            [ZeekValue.FromCount(1), ZeekValue.FromVector(ZeekValue.FromString("x"), ZeekValue.FromCount(1), ZeekValue.FromEnum("Vec::Pink")), ZeekValue.FromInteger(1)],
            "paint", "Color", "the enum value Vec::Pink"
        },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void What_does_not_fit_is_told_with_the_event_the_field_and_both_types(string what, ZeekValue[] args, string field, string expected, string actual)
    {
        var e = Assert.Throws<ZeekSchemaException>(() => Read(args));
        Assert.True((e.Event, e.Field, e.Expected, e.Actual) == ("Test::moved", field, expected, actual), what + ": " + e.Message);
        Assert.Contains("Test::moved", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_event_is_told_apart() =>
        Assert.Equal("(name)", Assert.Throws<ZeekSchemaException>(() => ZeekWire.DecodeEvent<Moved>(ZeekWire.Encode(new ZeekEvent("Test::other")))).Field);

    [Fact]
    public void A_set_with_an_item_twice_is_refused()
    {
        var payload = Convert.FromHexString(
            Convert.ToHexString(ZeekWire.Encode(new VSetCount("x", [1, 2]))).Replace("0000000000000002", "0000000000000001", StringComparison.Ordinal));
        Assert.Equal(ZeekWireError.Duplicate, Assert.Throws<ZeekWireException>(() => ZeekWire.DecodeEvent<VSetCount>(payload)).Error);
    }

    private static Moved Read(params ZeekValue[] args) => ZeekWire.DecodeEvent<Moved>(ZeekWire.Encode(new ZeekEvent("Test::moved", args)));
}
