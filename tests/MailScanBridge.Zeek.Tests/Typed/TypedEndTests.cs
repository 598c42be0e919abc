namespace MailScanBridge.Zeek.Tests.Typed;

[ZeekEvent("Test::ends")]
public sealed partial record Ends(ulong X);

public sealed partial class EndsHandler
{
    public int Called { get; private set; }

    [ZeekEvent("Test::ends")]
    public void OnEnds(ulong x) => Called += (int)x;
}

/// <summary>What stands behind the arguments belongs to the event, and is refused where the generic decoder and Zeek would.</summary>
public class TypedEndTests
{
    private const string Event = "0e030200000000000000010200000000000000010e02050a546573743a3a656e64730e0102" + "0000000000000001";
    private const string WithMetadata = "0e030200000000000000010200000000000000010e03050a546573743a3a656e64730e0102" + "0000000000000001";
    private const string Metadata = "0e010e02020000000000000001090000000000000005";

    private const string Further = "0e030200000000000000010200000000000000010e02050a546573743a3a656e64730e0202" + "0000000000000001";

    [Theory]
    [InlineData(Event, null)]
    [InlineData(Event + "000000", ZeekWireError.TrailingBytes)]
    [InlineData(WithMetadata, ZeekWireError.Truncated)]
    [InlineData(WithMetadata + Metadata, null)]
    [InlineData(WithMetadata + "0e00", null)]
    [InlineData(WithMetadata + Metadata + "00", ZeekWireError.TrailingBytes)]
    [InlineData(WithMetadata + "0e010e020200000000000000010900000000", ZeekWireError.Truncated)]
    [InlineData(WithMetadata + "00", ZeekWireError.NotAnEvent)]
    [InlineData(WithMetadata + "0e0100", ZeekWireError.NotAnEvent)]
    [InlineData(WithMetadata + "0e010e020100" + "00", ZeekWireError.NotAnEvent)]
    [InlineData(WithMetadata + "0e010e01020000000000000001", ZeekWireError.NotAnEvent)]
    [InlineData(WithMetadata + "0e010e0202000000000000000117", ZeekWireError.UnknownTag)]
    [InlineData(Further + "0c020101" + "0100", null)]
    [InlineData(Further + "0c020101" + "0101", ZeekWireError.Duplicate)]
    [InlineData(Further + "0e010d0201010001" + "0100", ZeekWireError.Duplicate)]
    [InlineData(WithMetadata + "0e010e020200000000000000010c020000", ZeekWireError.Duplicate)]
    [InlineData(WithMetadata + "0e010e020200000000000000010c0100", null)]
    public async Task The_typed_doors_take_and_refuse_what_the_generic_one_does(string hex, ZeekWireError? error)
    {
        var payload = Convert.FromHexString(hex);
        Assert.Equal(error, Error(() => ZeekWire.DecodeEvent(payload)));
        Assert.Equal(error, Error(() => Assert.Equal(1UL, ZeekWire.DecodeEvent<Ends>(payload).X)));
        var raw = new ZeekRawEvent("t.", "s", payload, 1);
        Assert.Equal(error, Error(() => Assert.Equal(1UL, raw.As<Ends>().X)));
        var handler = new EndsHandler();
        try
        {
            await ((IZeekHandler)handler).HandleAsync(raw, TestContext.Current.CancellationToken);
            Assert.Null(error);
        }
        catch (ZeekWireException e)
        {
            Assert.Equal(error, e.Error);
        }

        Assert.Equal(error is null ? 1 : 0, handler.Called);
    }

    [Theory]
    [InlineData(Event)]
    [InlineData(WithMetadata + Metadata)]
    [InlineData(Further + "0e020101" + "0100")]
    public void What_is_looked_at_behind_the_arguments_allocates_nothing(string hex)
    {
        var payload = Convert.FromHexString(hex);
        Assert.Equal(1UL, ZeekWire.DecodeEvent<Ends>(payload).X);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            ZeekWire.DecodeEvent<Ends>(payload);

        // The record alone: its head, its type and its number.
        Assert.Equal(24_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ZeekWireError? Error(Action decode)
    {
        try
        {
            decode();
            return null;
        }
        catch (ZeekWireException e)
        {
            return e.Error;
        }
    }
}
