using System.Globalization;
using System.Net;
using System.Text;

namespace MailScanBridge.Zeek.Tests.Wire;

public class RecordedVectorTests
{
    [Fact]
    public void Every_event_that_Zeek_sent_is_written_back_byte_for_byte()
    {
        Assert.True(RecordedVectors.All.Count >= 90, $"only {RecordedVectors.All.Count} vectors were found");
        foreach (var payload in RecordedVectors.All)
            Assert.Equal(Convert.ToHexStringLower(payload), Convert.ToHexStringLower(ZeekWire.Encode(ZeekWire.DecodeEvent(payload))));
    }

    [Fact]
    public void Every_event_that_Zeek_sent_can_be_skipped_and_read_as_a_value()
    {
        foreach (var payload in RecordedVectors.All)
        {
            var reader = new ZeekReader(payload);
            reader.Skip();
            reader.ReadEnd();
            reader = new ZeekReader(payload);
            Assert.Equal(ZeekWire.Decode(payload), reader.ReadValue());
        }
    }

    [Theory]
    [InlineData("v_bool", "true", "T")]
    [InlineData("v_count", "18446744073709551615", "18446744073709551615")]
    [InlineData("v_int", "-9223372036854775807", "-9223372036854775807")]
    [InlineData("v_double", "2.5", "2.5")]
    [InlineData("v_double", "-0", "-0")]
    [InlineData("v_double", "inf", "Infinity")]
    [InlineData("v_double", "-inf", "-Infinity")]
    [InlineData("v_string", "bytes", "\"\\x00\\x01\\xff\\xfe\\x80raw\"")]
    [InlineData("v_addr", "v4", "192.168.9.8")]
    [InlineData("v_addr", "v6", "2001:db8::1")]
    [InlineData("v_addr", "v6any", "::")]
    [InlineData("v_subnet", "v4/24", "192.168.9.0/24")]
    [InlineData("v_subnet", "v4/0", "0.0.0.0/0")]
    [InlineData("v_subnet", "v6/64", "2001:db8::/64")]
    [InlineData("v_subnet", "v6/0", "::/0")]
    [InlineData("v_port", "53/udp", "53/udp")]
    [InlineData("v_port", "8/icmp", "8/icmp")]
    [InlineData("v_port", "0/unknown", "0/unknown")]
    [InlineData("v_time", "1700000000.123456", "2023-11-14T22:13:20.1234560Z")]
    [InlineData("v_time", "-1.5", "1969-12-31T23:59:58.5000000Z")]
    [InlineData("v_interval", "-2min", "-120s")]
    [InlineData("v_interval", "1usec", "1E-06s")]
    [InlineData("v_enum", "Blue", "Vec::Blue")]
    [InlineData("v_notice", "Tally", "Notice::Tally")]
    [InlineData("v_set_count", "3,1,2", "{1, 2, 3}")]
    [InlineData("v_set_addr", "mixed", "{::1, 10.0.0.1}")]
    [InlineData("v_set_compound", "two", "{[10.0.0.1, 80/tcp], [10.0.0.2, 53/udp]}")]
    [InlineData("v_table", "b=2,a=1", "{\"a\" = 1, \"b\" = 2}")]
    [InlineData("v_vec_vec", "[[1],[2,3],[]]", "[[1], [2, 3], []]")]
    [InlineData("v_inner", "unset b", "[7, -]")]
    [InlineData("v_any", "any set", "{1, 2}")]
    public void A_value_that_Zeek_sent_reads_as_what_the_script_said(string name, string words, string expected) =>
        Assert.Equal(expected, RecordedVectors.Value(name, words).ToString());

    public static TheoryData<string, string, ZeekValue> OwnValues => new()
    {
        { "v_bool", "false", ZeekValue.FromBool(false) },
        { "v_count", "4294967296", ZeekValue.FromCount(4294967296) },
        { "v_int", "-128", ZeekValue.FromInteger(-128) },
        { "v_double", "0.10000000000000001", ZeekValue.FromReal(0.1) },
        { "v_double", "inf", ZeekValue.FromReal(double.PositiveInfinity) },
        { "v_double", "-inf", ZeekValue.FromReal(double.NegativeInfinity) },
        { "v_string", "empty", ZeekValue.FromString("") },
        { "v_string", "utf8", ZeekValue.FromString("h\u00e9llo \u20ac") },
        { "v_string", "bytes", ZeekValue.FromBytes([0, 1, 0xff, 0xfe, 0x80, (byte)'r', (byte)'a', (byte)'w']) },
        { "v_string", "len300", ZeekValue.FromString(new string('y', 300)) },
        { "v_addr", "v4", ZeekValue.FromAddress(IPAddress.Parse("192.168.9.8")) },
        { "v_addr", "v4", ZeekValue.FromAddress(IPAddress.Parse("::ffff:192.168.9.8")) },
        { "v_addr", "v6", ZeekValue.FromAddress(IPAddress.Parse("2001:db8::1")) },
        { "v_subnet", "v4/32", ZeekValue.FromSubnet(IPAddress.Parse("10.0.0.1"), 32) },
        { "v_subnet", "v6/64", ZeekValue.FromSubnet(IPAddress.Parse("2001:db8::"), 64) },
        { "v_port", "65535/tcp", ZeekValue.FromPort(65535, ZeekPortProtocol.Tcp) },
        { "v_time", "1700000000.123456", ZeekValue.FromTime(DateTimeOffset.Parse("2023-11-14T22:13:20.123456Z", CultureInfo.InvariantCulture)) },
        { "v_interval", "3days", ZeekValue.FromInterval(TimeSpan.FromDays(3)) },
        { "v_enum", "Red", ZeekValue.FromEnum("Vec::Red") },
        { "v_set_count", "3,1,2", ZeekValue.FromSet(ZeekValue.FromCount(3), ZeekValue.FromCount(1), ZeekValue.FromCount(2)) },
        { "v_set_string", "b,a", ZeekValue.FromSet(ZeekValue.FromString("b"), ZeekValue.FromString(""), ZeekValue.FromString("a")) },
        { "v_set_addr", "mixed", ZeekValue.FromSet(ZeekValue.FromAddress(IPAddress.Parse("10.0.0.1")), ZeekValue.FromAddress(IPAddress.IPv6Loopback)) },
        { "v_table", "b=2,a=1", ZeekValue.FromTable((ZeekValue.FromString("b"), ZeekValue.FromCount(2)), (ZeekValue.FromString("a"), ZeekValue.FromCount(1))) },
        { "v_pattern", "/foo|bar/", ZeekValue.FromPattern("foo|bar") },
        { "v_inner", "unset b", ZeekValue.FromVector(ZeekValue.FromCount(7), ZeekValue.None) },
    };

    [Theory]
    [MemberData(nameof(OwnValues))]
    public void A_value_made_here_is_encoded_to_the_bytes_that_Zeek_sent(string name, string words, ZeekValue value)
    {
        var e = new ZeekEvent("Vec::" + name, ZeekValue.FromString(words), value);
        Assert.Equal(Convert.ToHexStringLower(RecordedVectors.Payload(name, words)), Convert.ToHexStringLower(ZeekWire.Encode(e)));
    }

    [Fact]
    public void The_event_with_metadata_from_Zeeks_own_tests_is_read_and_written()
    {
        var payload = Convert.FromHexString(
            "0e030200000000000000010200000000000000010e03051753757065727669736f723a3a6e6f64655f7374617475730e020504544553540200000000"
            + "0000002a0e010e02020000000000000001090000000000000000");
        var e = ZeekWire.DecodeEvent(payload);
        Assert.Equal("Supervisor::node_status", e.Name);
        Assert.Equal("TEST", e.Args[0].AsString());
        Assert.Equal(42UL, e.Args[1].AsCount());
        Assert.Equal(DateTimeOffset.UnixEpoch, e.NetworkTime);
        Assert.Equal(payload, ZeekWire.Encode(e));
    }

    [Fact]
    public void A_string_that_is_not_UTF8_keeps_its_bytes_and_has_a_lenient_text()
    {
        var value = RecordedVectors.Value("v_string", "bytes");
        Assert.Equal([0, 1, 0xff, 0xfe, 0x80, (byte)'r', (byte)'a', (byte)'w'], value.AsBytes().ToArray());
        Assert.Equal("\0\u0001\ufffd\ufffd\ufffdraw", value.AsString());
        Assert.Equal("h\u00e9llo \u20ac", Encoding.UTF8.GetString(RecordedVectors.Value("v_string", "utf8").AsBytes().Span));
    }
}
