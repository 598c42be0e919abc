using System.Globalization;
using System.Text;
using CsCheck;
using Xunit;

namespace MailScanBridge.Tests;

public sealed class TopicsTests
{
    [Theory]
    [InlineData("sensor-1_A", "sensor-1_A")]
    [InlineData("a.b", "a%2eb")]
    [InlineData("host/worker-1", "host%2fworker-1")]
    [InlineData("100%", "100%25")]
    [InlineData("ü ", "%c3%bc%20")]
    [InlineData("\n\0", "%0a%00")]
    [InlineData("", "")]
    public void Each_byte_but_letters_digits_underscore_and_hyphen_is_escaped_in_lower_case(string name, string escaped) =>
        Assert.Equal(escaped, Topics.Escape(name));

    [Fact]
    public void An_escaped_name_holds_no_separator_and_can_be_read_back() => Gen.String.Where(s => !s.Any(char.IsSurrogate)).Sample(name =>
    {
        var escaped = Topics.Escape(name);
        Assert.All(escaped, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '%'));
        var bytes = new List<byte>();
        for (var i = 0; i < escaped.Length; i++)
        {
            bytes.Add(escaped[i] == '%' ? byte.Parse(escaped.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : (byte)escaped[i]);
            i += escaped[i] == '%' ? 2 : 0;
        }

        Assert.Equal(name, Encoding.UTF8.GetString([.. bytes]));
    });

    [Fact]
    public void Topics_are_those_of_the_contract()
    {
        Assert.Equal("mailscan.request.a%2eb.", Topics.Request("a.b"));
        Assert.Equal("mailscan.bridge.a%2eb.", Topics.Bridge("a.b"));
        Assert.Equal("mailscan.reply.host%2fzeek.17.", new RequestKey("host/zeek", 17, 1).ReplyTopic);
    }
}
