using System.Buffers;
using System.Net;

namespace MailScanBridge.Zeek.Tests.Typed;

[ZeekEvent("Test::oblivious")]
public sealed partial record Oblivious(string S, byte[] B, IPAddress A, string[] V, HashSet<string> H, Dictionary<string, byte[]> T, Inner R, (ulong, string) P, string? O);

/// <summary>Values that code which knows nothing of nullable types, or a careless cast, can make, and that Zeek would drop or take for another.</summary>
public class UnsendableTests
{
    private static readonly Oblivious Good = new("", [], IPAddress.Loopback, [], [], [], new Inner(1, null), (1, ""), null);

    public static TheoryData<string, Oblivious> Nulls => new()
    {
        { "s: string", Good with { S = null! } },
        { "b: string", Good with { B = null! } },
        { "a: addr", Good with { A = null! } },
        { "v: vector of string", Good with { V = null! } },
        { "v: vector of string", Good with { V = ["a", null!] } },
        { "h: set[string]", Good with { H = null! } },
        { "h: set[string]", Good with { H = [null!] } },
        { "t: table[string] of string", Good with { T = new() { ["a"] = null! } } },
        { "r: Inner", Good with { R = null! } },
        { "p: count, string", Good with { P = (1, null!) } },
    };

    [Theory]
    [MemberData(nameof(Nulls))]
    public void Null_is_refused_with_the_field_instead_of_sent_as_an_empty_value(string field, Oblivious e)
    {
        var thrown = Assert.Throws<ArgumentNullException>(() => ZeekWire.Encode(e));
        Assert.Contains($"Test::oblivious, field {field}", thrown.Message, StringComparison.Ordinal);
        Assert.NotEmpty(ZeekWire.Encode(Good));
    }

    [Fact]
    public void A_port_of_no_known_protocol_is_refused()
    {
        var port = new ZeekPort(25, (ZeekPortProtocol)7);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZeekWriter(new ArrayBufferWriter<byte>()).WritePort(port));
        Assert.Throws<ArgumentOutOfRangeException>(() => ZeekWire.Encode(new VPort("x", port)));
    }

    [Fact]
    public void A_head_of_fewer_than_no_items_and_an_enum_without_a_name_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZeekWriter(new ArrayBufferWriter<byte>()).WriteVectorHeader(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZeekWriter(new ArrayBufferWriter<byte>()).WriteSetHeader(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZeekWriter(new ArrayBufferWriter<byte>()).WriteTableHeader(-1));
        Assert.Throws<ArgumentException>(() => new ZeekWriter(new ArrayBufferWriter<byte>()).WriteEnum(""));
        Assert.Throws<ArgumentException>(() => new ZeekWriter(new ArrayBufferWriter<byte>()).WriteEnum(""u8));
    }

    [Fact]
    public void An_event_changed_by_with_is_held_to_the_same_as_a_new_one()
    {
        var e = new ZeekEvent("a");
        Assert.Throws<ArgumentException>(() => e with { Name = "" });
        Assert.Throws<ArgumentNullException>(() => e with { Name = null! });
        Assert.Throws<ArgumentNullException>(() => e with { Args = null! });
        Assert.Throws<ArgumentNullException>(() => e with { Metadata = null! });
    }
}
