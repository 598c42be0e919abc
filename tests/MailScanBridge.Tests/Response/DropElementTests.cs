using System.Net;
using MailScanBridge.Response;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;
using Xunit;

namespace MailScanBridge.Tests.Response;

public sealed class DropElementTests
{
    private static readonly ResponderOptions s_options = new() { MinPrefixV4 = 24 };

    private static readonly IReadOnlyList<IPNetwork> s_never = [IPNetwork.Parse("10.9.0.0/16"), IPNetwork.Parse("2001:db8:9::/48")];

    [Fact]
    public void A_pair_is_one_direction_unless_both_are_asked_for()
    {
        var drop = Drops.Pair("192.0.2.1", "192.0.2.2");

        Assert.Equal([new("pairs4", "192.0.2.1 . 192.0.2.2")], Accepted(drop));
        Assert.Equal([new("pairs4", "192.0.2.1 . 192.0.2.2"), new("pairs4", "192.0.2.2 . 192.0.2.1")], Accepted(drop with { BothWays = true }));
    }

    [Fact]
    public void A_connection_is_its_two_flows()
    {
        var drop = Drops.Pair("2001:db8::1", "2001:db8::2") with { SrcP = new ZeekPort(4711, ZeekPortProtocol.Tcp), DstP = new ZeekPort(25, ZeekPortProtocol.Tcp), BothWays = true };

        Assert.Equal([new("flows6", "2001:db8::1 . 4711 . 2001:db8::2 . 25 . tcp"), new("flows6", "2001:db8::2 . 25 . 2001:db8::1 . 4711 . tcp")], Accepted(drop));
    }

    [Theory]
    [InlineData("192.0.2.7", 32, "addresses4", "192.0.2.7")]
    [InlineData("192.0.2.7", 24, "addresses4", "192.0.2.0/24")]
    [InlineData("2001:db8::7", 64, "addresses6", "2001:db8::/64")]
    public void An_address_or_a_network_is_dropped_both_ways(string address, int length, string set, string value) =>
        Assert.Equal([new(set, value)], Accepted(Drops.Pair(address, address) with { SrcH = new ZeekSubnet(IPAddress.Parse(address), length), DstH = null, BothWays = true }));

    [Theory]
    [InlineData("192.0.2.1", 23, null, "wider")]
    [InlineData("192.0.2.1", 0, null, "wider")]
    [InlineData("2001:db8::1", 63, null, "wider")]
    [InlineData("192.0.2.1", 33, null, "wider")]
    [InlineData("10.9.1.1", 32, null, "never")]
    [InlineData("192.0.2.1", 32, "10.9.1.1", "never")]
    [InlineData("2001:db8:9::5", 128, null, "never")]
    [InlineData("192.0.2.1", 32, "2001:db8::1", "IPv6")]
    [InlineData("192.0.2.0", 24, "192.0.2.1", "only a host")]
    public void What_may_not_be_dropped_is_refused_with_the_reason(string src, int length, string? dst, string why)
    {
        var drop = Drops.Pair(src, dst ?? src) with { SrcH = new ZeekSubnet(IPAddress.Parse(src), length), DstH = dst is null ? null : Drops.Host(dst), BothWays = true };

        var (elements, refused) = DropElement.Of(drop, s_options, s_never);

        Assert.Empty(elements);
        Assert.Contains(why, refused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_around_one_that_is_never_dropped_is_refused_too() =>
        Assert.Contains("never", DropElement.Of(
            Drops.Pair("10.8.0.0", "10.8.0.0") with { SrcH = new ZeekSubnet(IPAddress.Parse("10.8.0.0"), 24), DstH = null, BothWays = true },
            s_options,
            [IPNetwork.Parse("10.8.0.5/32")]).Refused, StringComparison.Ordinal);

    [Fact]
    public void Everything_and_half_said_flows_and_other_protocols_are_refused()
    {
        var pair = Drops.Pair("192.0.2.1", "192.0.2.2");
        foreach (var drop in (Drop[])
        [
            pair with { SrcH = null, DstH = null },
            pair with { SrcH = null },
            pair with { DstH = null },
            pair with { DstP = new ZeekPort(25, ZeekPortProtocol.Tcp) },
            pair with { SrcP = new ZeekPort(1, ZeekPortProtocol.Udp), DstP = new ZeekPort(25, ZeekPortProtocol.Tcp) },
            pair with { SrcP = new ZeekPort(8, ZeekPortProtocol.Icmp), DstP = new ZeekPort(0, ZeekPortProtocol.Icmp) },
        ])
        {
            var (elements, refused) = DropElement.Of(drop, s_options, s_never);
            Assert.Empty(elements);
            Assert.Contains("only a host", refused, StringComparison.Ordinal);
        }
    }

    private static IReadOnlyList<DropElement> Accepted(Drop drop)
    {
        var (elements, refused) = DropElement.Of(drop, s_options, s_never);
        Assert.Null(refused);
        return elements;
    }
}
