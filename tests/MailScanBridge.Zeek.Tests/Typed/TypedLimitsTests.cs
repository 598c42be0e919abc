namespace MailScanBridge.Zeek.Tests.Typed;

/// <summary>A record whose fields are its properties; its order is that in which they stand.</summary>
[ZeekRecord]
[ZeekLimits(MaxStringBytes = 8, MaxItems = 3, RejectInvalidUtf8 = true)]
public sealed partial record Bounded
{
    public required string Text { get; init; }
    public byte[]? Raw { get; set; }
    public IReadOnlyList<string> Words { get; init; } = [];
    public IReadOnlySet<ulong> Numbers { get; init; } = new HashSet<ulong>();
    public IReadOnlyDictionary<string, ulong> Counts { get; init; } = new Dictionary<string, ulong>();

    /// <summary>Not settable, so no field.</summary>
    public int Length => Text.Length;
}

[ZeekEvent("Test::bounded")]
public sealed partial record BoundedEvent(Bounded B);

[ZeekEvent("Test::bounded_any")]
[ZeekLimits(MaxItems = 3)]
public sealed partial record BoundedAny(ZeekValue[] A, IReadOnlyList<ZeekValue> B, List<ZeekValue> C, ZeekValue[][] D);

[ZeekLimits(MaxStringBytes = 4, MaxItems = 2)]
public sealed partial class BoundedHandler
{
    [ZeekEvent("Test::bounded_call")]
    public void OnCall(string s, byte[] b, ulong[] n) => _ = (s, b, n);
}

public class TypedLimitsTests
{
    private static readonly Bounded Largest = new()
    {
        Text = "12345678",
        Raw = [1, 2, 3, 4, 5, 6, 7, 255],
        Words = ["a", "bb", "12345678"],
        Numbers = new HashSet<ulong> { 1, 2, 3 },
        Counts = new Dictionary<string, ulong> { ["a"] = 1, ["b"] = 2, ["12345678"] = 3 },
    };

    public static TheoryData<Bounded, string> TooLarge => new()
    {
        { Largest with { Text = "123456789" }, "field text: string belongs here, but a string of 9 bytes, of which 8 are allowed, came." },
        { Largest with { Text = "\u00e4\u00e4\u00e4\u00e4\u00e4" }, "field text: string belongs here, but a string of 10 bytes" },
        { Largest with { Raw = new byte[9] }, "field raw: string belongs here, but a string of 9 bytes" },
        { Largest with { Words = ["123456789"] }, "field words: vector of string belongs here, but a string of 9 bytes" },
        { Largest with { Words = ["", "", "", ""] }, "field words: vector of string belongs here, but 4 items, of which 3 are allowed, came." },
        { Largest with { Numbers = new HashSet<ulong> { 1, 2, 3, 4 } }, "field numbers: set[count] belongs here, but 4 items" },
        { Largest with { Counts = new Dictionary<string, ulong> { ["123456789"] = 1 } }, "field counts: table[string] of count belongs here, but a string of 9 bytes" },
    };

    [Fact]
    public void Properties_are_fields_in_the_order_in_which_they_stand()
    {
        Assert.Equal(["text: string", "raw: string", "words: vector of string", "numbers: set[count]", "counts: table[string] of count"], Fields<Bounded>().Select(f => $"{f.Name}: {f.Type}"));
        Assert.Equal(["raw"], Fields<Bounded>().Where(f => f.Optional).Select(f => f.Name));
    }

    [Fact]
    public void What_is_within_the_limits_passes_both_ways() =>
        Assert.Equivalent(new BoundedEvent(Largest), Decode(ZeekWire.Encode(new BoundedEvent(Largest))), strict: true);

    [Theory]
    [MemberData(nameof(TooLarge))]
    public void What_is_beyond_a_limit_is_told_with_its_field(Bounded bounded, string expected)
    {
        var e = Assert.Throws<ZeekSchemaException>(() => Decode(ZeekWire.Encode(new BoundedEvent(bounded))));
        Assert.StartsWith("Event Test::bounded: Bounded, " + expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_no_UTF8_is_told_with_its_field_and_printably()
    {
        var words = ZeekValue.FromVector(ZeekValue.FromBytes([(byte)'a', 0xff, (byte)'\n']));
        var e = Assert.Throws<ZeekSchemaException>(() => Decode(ZeekWire.Encode(Event(ZeekValue.FromString("x"), ZeekValue.None, words, ZeekValue.FromSet([]), ZeekValue.FromTable(new Dictionary<ZeekValue, ZeekValue>())))));
        Assert.Equal("words", e.Field);
        Assert.Contains("no UTF-8, a\\xff", e.Actual, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void An_item_of_another_type_is_told_from_a_field_of_another_type()
    {
        var item = Assert.Throws<ZeekSchemaException>(() =>
            Decode(ZeekWire.Encode(Event(ZeekValue.FromString("x"), ZeekValue.None, ZeekValue.FromVector(ZeekValue.FromCount(1)), ZeekValue.FromSet([]), ZeekValue.FromTable(new Dictionary<ZeekValue, ZeekValue>())))));
        Assert.Equal(("words", "vector of string", "an item of type count"), (item.Field, item.Expected, item.Actual));
    }

    [Theory]
    [InlineData(0, "a")]
    [InlineData(1, "b")]
    [InlineData(2, "c")]
    [InlineData(3, "d")]
    public void Values_of_any_type_are_counted_too(int which, string field)
    {
        BoundedAny With(int count) => new(Any(0, count), Any(1, count), [.. Any(2, count)], [Any(3, count)]);
        ZeekValue[] Any(int at, int count) => [.. Enumerable.Repeat(ZeekValue.FromCount(1), at == which ? count : 0)];
        Assert.Equal(3, ZeekWire.DecodeEvent<BoundedAny>(ZeekWire.Encode(With(3))) is var e ? e.A.Length + e.B.Count + e.C.Count + e.D[0].Length : 0);
        var thrown = Assert.Throws<ZeekSchemaException>(() => ZeekWire.DecodeEvent<BoundedAny>(ZeekWire.Encode(With(4))));
        Assert.Equal((field, "4 items, of which 3 are allowed,"), (thrown.Field, thrown.Actual));
    }

    [Theory]
    [InlineData(5, 0, 0, "s")]
    [InlineData(0, 5, 0, "b")]
    [InlineData(0, 0, 3, "n")]
    [InlineData(4, 4, 2, null)]
    public async Task The_limits_of_a_handler_hold_for_its_methods(int text, int bytes, int numbers, string? field)
    {
        var e = new ZeekEvent(
            "Test::bounded_call", ZeekValue.FromString(new string('x', text)), ZeekValue.FromBytes(new byte[bytes]), ZeekValue.FromVector([.. Enumerable.Repeat(ZeekValue.FromCount(1), numbers)]));
        var raw = new ZeekRawEvent("t.", "s", ZeekWire.Encode(e), 1);
        var call = async () => await ((IZeekHandler)new BoundedHandler()).HandleAsync(raw, TestContext.Current.CancellationToken);
        if (field is null)
            Assert.True(await call());
        else
            Assert.Equal(field, (await Assert.ThrowsAsync<ZeekSchemaException>(call)).Field);
    }

    private static ZeekEvent Event(params ZeekValue[] fields) => new("Test::bounded", ZeekValue.FromVector(fields));

    private static BoundedEvent Decode(byte[] payload) => ZeekWire.DecodeEvent<BoundedEvent>(payload);

    private static IReadOnlyList<ZeekFieldInfo> Fields<T>()
        where T : IZeekRecord<T> => T.Fields;
}
