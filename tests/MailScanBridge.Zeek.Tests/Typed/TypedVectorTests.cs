using System.Net;
using MailScanBridge.Zeek.Tests.Wire;

namespace MailScanBridge.Zeek.Tests.Typed;

public class TypedVectorTests
{
    [Fact]
    public void Every_event_that_Zeek_sent_goes_into_its_typed_record_and_back_to_the_same_bytes()
    {
        var names = new HashSet<string>();
        foreach (var payload in RecordedVectors.All)
        {
            var name = ZeekWire.DecodeEvent(payload).Name;
            var again = name["Vec::".Length..] switch
            {
                "v_bool" => Again<VBool>(payload),
                "v_count" => Again<VCount>(payload),
                "v_int" => Again<VInt>(payload),
                "v_double" => Again<VDouble>(payload),
                "v_string" => Again<VString>(payload),
                "v_addr" => Again<VAddr>(payload),
                "v_subnet" => Again<VSubnet>(payload),
                "v_port" => Again<VPort>(payload),
                "v_time" => Again<VTime>(payload),
                "v_interval" => Again<VInterval>(payload),
                "v_enum" => Again<VEnum>(payload),
                "v_notice" => Again<VNotice>(payload),
                "v_set_count" => Again<VSetCount>(payload),
                "v_set_string" => Again<VSetString>(payload),
                "v_set_addr" => Again<VSetAddr>(payload),
                "v_set_compound" => Again<VSetCompound>(payload),
                "v_table" => Again<VTable>(payload),
                "v_table_compound" => Again<VTableCompound>(payload),
                "v_vec_string" => Again<VVecString>(payload),
                "v_vec_vec" => Again<VVecVec>(payload),
                "v_inner" => Again<VInner>(payload),
                "v_outer" => Again<VOuter>(payload),
                "v_pattern" => Again<VPattern>(payload),
                "v_any" => Again<VAny>(payload),
                "v_connid" => Again<VConnId>(payload),
                "v_none" => Again<VNone>(payload),
                "v_many" => Again<VMany>(payload),
                _ => throw new InvalidOperationException("no typed record for " + name),
            };

            // TimeSpan and DateTimeOffset end at 100 ns; the vectors hold nothing finer.
            Assert.Equal(Convert.ToHexStringLower(payload), Convert.ToHexStringLower(again));
            names.Add(name);
        }

        Assert.Equal(27, names.Count);
    }

    [Fact]
    public void The_fields_have_what_the_script_said()
    {
        var outer = ZeekWire.DecodeEvent<VOuter>(RecordedVectors.Payload("v_outer", "full")).V;
        Assert.Equal("o2", outer.Id);
        Assert.Equal(9UL, outer.N);
        Assert.Equal(new Inner(1, "b"), outer.Inner);
        Assert.Equal(new Inner(2, null), outer.Opt);
        Assert.Equal(["t1", "t2"], outer.Tags.Order());
        Assert.Equal(TimeSpan.FromSeconds(-1), outer.Took);
        Assert.Equal([1, 2, 3], outer.Xs);
        Assert.Null(ZeekWire.DecodeEvent<VOuter>(RecordedVectors.Payload("v_outer", "min")).V.Opt);
        Assert.Equal(Color.Blue, ZeekWire.DecodeEvent<VEnum>(RecordedVectors.Payload("v_enum", "Blue")).V);
        Assert.Equal(NoticeType.Sum, ZeekWire.DecodeEvent<VNotice>(RecordedVectors.Payload("v_notice", "Tally")).V);
        var table = ZeekWire.DecodeEvent<VTableCompound>(RecordedVectors.Payload("v_table_compound", "one")).V;
        Assert.Equal("web", table[(IPAddress.Parse("10.0.0.1"), new ZeekPort(80, ZeekPortProtocol.Tcp))]);
    }

    [Fact]
    public void The_declared_fields_can_be_compared_with_Zeeks_own()
    {
        Assert.Equal(
            ["id: string", "n: count &optional", "inner: Inner", "opt: Inner &optional", "tags: set[string]", "at: time", "took: interval", "xs: vector of count"],
            Fields<Outer>().Select(field => $"{field.Name}: {field.Type}{(field.Optional ? " &optional" : "")}"));
        Assert.Equal(["orig_h", "orig_p", "resp_h", "resp_p", "proto", "ctx"], Fields<ConnId>().Select(field => field.Name));
    }

    private static IReadOnlyList<ZeekFieldInfo> Fields<T>()
        where T : IZeekRecord<T> => T.Fields;

    private static byte[] Again<T>(byte[] payload)
        where T : IZeekEvent<T> => ZeekWire.Encode(ZeekWire.DecodeEvent<T>(payload));
}
