using System.Net;
using CliWrap;
using CliWrap.Buffered;
using MailScanBridge.Response;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Response;

/// <summary>The responder with the real nft, in network namespaces of the test's own: three hosts, and a router between them where it blocks.</summary>
public sealed class NamespaceTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _id = $"msb{Environment.ProcessId % 10000}";

    [Fact]
    public async Task A_pair_is_cut_while_others_talk_on_and_talks_again_when_it_is_let_go()
    {
        await using var host = new ResponderHost(NftInRouter());
        Assert.True(await ReachesAsync(1, 2));

        await host.AskAsync(Drops.Pair(Address(1), Address(2)) with { BothWays = true });
        Assert.Equal(("added", ""), await host.ResultAsync("r1"));

        Assert.False(await ReachesAsync(1, 2));
        Assert.False(await ReachesAsync(2, 1));
        Assert.True(await ReachesAsync(1, 3));
        Assert.True(await ReachesAsync(2, 3));

        host.Undo("r1");
        Assert.Equal(("removed", ""), await host.ResultAsync("r1"));
        Assert.True(await ReachesAsync(1, 2));
    }

    [Fact]
    public async Task A_drop_ends_by_itself_though_the_responder_is_gone()
    {
        await using (var host = new ResponderHost(NftInRouter()))
        {
            await host.AskAsync(Drops.Pair(Address(1), Address(2)) with { BothWays = true, Expire = TimeSpan.FromSeconds(3) });
            Assert.Equal("added", (await host.ResultAsync("r1")).Status);
        }

        Assert.False(await ReachesAsync(1, 2));
        var deadline = DateTimeOffset.UtcNow.AddSeconds(30);
        while (!await ReachesAsync(1, 2))
        {
            Assert.True(DateTimeOffset.UtcNow < deadline, "the drop did not end");
        }
    }

    [Fact]
    public async Task An_address_is_cut_off_from_everybody_and_a_new_responder_takes_over_the_table()
    {
        await using (var first = new ResponderHost(NftInRouter()))
        {
            await first.AskAsync(Drops.Pair(Address(1), Address(2)) with { BothWays = true });
            Assert.Equal("added", (await first.ResultAsync("r1")).Status);
        }

        await using var host = new ResponderHost(NftInRouter());
        await host.AskAsync(Drops.Pair(Address(3), Address(3), "r2") with { DstH = null, BothWays = true });
        Assert.Equal(("added", ""), await host.ResultAsync("r2"));

        Assert.False(await ReachesAsync(1, 2)); // The first one's.
        Assert.False(await ReachesAsync(3, 1));
        Assert.False(await ReachesAsync(2, 3));

        await new NftTable("mailscan_bridge", TimeSpan.FromSeconds(10), NftInRouter()).DeleteAsync(Wait.Token);
        Assert.True(await ReachesAsync(1, 2));
        Assert.True(await ReachesAsync(3, 1));
    }

    [Fact]
    public async Task Every_shape_that_is_accepted_is_understood_by_nft()
    {
        await using var host = new ResponderHost(NftInRouter(), new ResponderOptions { MinPrefixV4 = 24 });
        var v6 = Drops.Pair("2001:db8::1", "2001:db8::2") with { BothWays = true };
        var tcp = new MailScanBridge.Zeek.ZeekPort(25, MailScanBridge.Zeek.ZeekPortProtocol.Tcp);
        var udp = tcp with { Protocol = MailScanBridge.Zeek.ZeekPortProtocol.Udp };
        Drop[] shapes =
        [
            v6,
            v6 with { SrcP = tcp, DstP = tcp },
            Drops.Pair("192.0.2.1", "192.0.2.2") with { SrcP = udp, DstP = udp },
            v6 with { SrcH = new MailScanBridge.Zeek.ZeekSubnet(IPAddress.Parse("2001:db8:1::9"), 64), DstH = null },
            v6 with { SrcH = new MailScanBridge.Zeek.ZeekSubnet(IPAddress.Parse("198.51.100.9"), 24), DstH = null },
        ];
        foreach (var (shape, n) in shapes.Select((s, n) => (s, n)))
        {
            await host.AskAsync(shape with { Rule = $"r{n}" });
            Assert.Equal(("added", ""), await host.ResultAsync($"r{n}"));
        }

        for (var n = 0; n < shapes.Length; n++)
        {
            host.Undo($"r{n}");
            Assert.Equal(("removed", ""), await host.ResultAsync($"r{n}"));
        }
    }

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Posix.IsRoot, "network namespaces need root");
        Require.Program("ip", "iproute2");
        Require.Program("nft", "nftables");
        Require.Program("ping", "iputils-ping");
        await RunAsync("netns", "add", $"{_id}r");
        for (var n = 1; n <= 3; n++)
        {
            await RunAsync("netns", "add", $"{_id}h{n}");
            await RunAsync("link", "add", $"{_id}v{n}", "type", "veth", "peer", "name", "eth0", "netns", $"{_id}h{n}");
            await RunAsync("link", "set", $"{_id}v{n}", "netns", $"{_id}r");
            await RunAsync("-n", $"{_id}r", "addr", "add", $"10.77.{n}.1/24", "dev", $"{_id}v{n}");
            await RunAsync("-n", $"{_id}r", "link", "set", $"{_id}v{n}", "up");
            await RunAsync("-n", $"{_id}h{n}", "addr", "add", $"{Address(n)}/24", "dev", "eth0");
            await RunAsync("-n", $"{_id}h{n}", "link", "set", "eth0", "up");
            await RunAsync("-n", $"{_id}h{n}", "route", "add", "default", "via", $"10.77.{n}.1");
        }

        await RunAsync("netns", "exec", $"{_id}r", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in (string[])["r", "h1", "h2", "h3"])
        {
            await Cli.Wrap("ip").WithArguments(["netns", "del", $"{_id}{name}"]).WithValidation(CommandResultValidation.None).ExecuteAsync();
        }

        _folder.Dispose();
    }

    private static string Address(int host) => $"10.77.{host}.2";

    private static async Task RunAsync(params string[] arguments)
    {
        var result = await Cli.Wrap("ip").WithArguments(arguments).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Wait.Token);
        Assert.True(result.IsSuccess, $"ip {string.Join(' ', arguments)}: {result.StandardError}");
    }

    private async Task<bool> ReachesAsync(int from, int to) =>
        (await Cli.Wrap("ip").WithArguments(["netns", "exec", $"{_id}h{from}", "ping", "-n", "-q", "-c", "1", "-W", "1", Address(to)])
            .WithValidation(CommandResultValidation.None).ExecuteAsync(Wait.Token)).IsSuccess;

    private string NftInRouter()
    {
        var path = Path.Combine(_folder.Path, "nft");
        File.WriteAllText(path, $"#!/bin/sh\nexec ip netns exec {_id}r nft \"$@\"\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
