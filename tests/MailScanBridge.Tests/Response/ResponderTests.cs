using System.Net;
using MailScanBridge.Response;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Zeek;
using Xunit;

namespace MailScanBridge.Tests.Response;

/// <summary>The responder with a script in nft's place that keeps what it is told, and fails where a file says so.</summary>
public sealed class ResponderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_drop_is_put_in_force_answered_and_logged_and_let_go_again()
    {
        await using var host = new ResponderHost(Nft());
        await host.AskAsync(Drops.Pair("192.0.2.1", "192.0.2.2") with { BothWays = true });

        Assert.Equal(("added", ""), await host.ResultAsync("r1"));
        Assert.Contains("add element inet mailscan_bridge pairs4 { 192.0.2.1 . 192.0.2.2 timeout 600s }", Said(), StringComparison.Ordinal);
        Assert.Contains("add element inet mailscan_bridge pairs4 { 192.0.2.2 . 192.0.2.1 timeout 600s }", Said(), StringComparison.Ordinal);
        Assert.Contains(host.Log.Lines, l => l.StartsWith("Warning 11000", StringComparison.Ordinal) && l.Contains("192.0.2.1 . 192.0.2.2", StringComparison.Ordinal));

        host.Undo("r1");
        Assert.Equal(("removed", ""), await host.ResultAsync("r1"));
        Assert.EndsWith("delete element inet mailscan_bridge pairs4 { 192.0.2.2 . 192.0.2.1 }\n", Said(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_rule_again_exists_and_an_unknown_one_cannot_be_let_go()
    {
        await using var host = new ResponderHost(Nft());
        await host.AskAsync(Drops.Pair("192.0.2.1", "192.0.2.2"));
        Assert.Equal("added", (await host.ResultAsync("r1")).Status);
        var said = Said();

        await host.AskAsync(Drops.Pair("192.0.2.1", "192.0.2.2"));
        Assert.Equal("exists", (await host.ResultAsync("r1")).Status);
        host.Undo("other");
        Assert.Equal(("error", "this responder has no such rule in force"), await host.ResultAsync("other"));
        Assert.Equal(said, Said());
    }

    [Fact]
    public async Task What_may_not_be_dropped_never_reaches_nft()
    {
        await using var host = new ResponderHost(Nft(), new ResponderOptions { Never = [IPNetwork.Parse("198.51.100.0/24")] }, [IPAddress.Parse("192.0.2.9")]);
        string[] bad = ["198.51.100.7", "192.0.2.9", "127.0.0.1", "224.0.0.1", "169.254.1.1", "0.0.0.0", "::1", "fe80::1"];
        foreach (var (address, n) in bad.Select((a, n) => (a, n)))
        {
            await host.AskAsync(Drops.Pair(address, address, $"r{n}") with { DstH = null, BothWays = true });
            var (status, detail) = await host.ResultAsync($"r{n}");
            Assert.Equal("error", status);
            Assert.Contains("never", detail, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("add element", Said(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nft_fails_the_answer_is_an_error_and_the_rule_may_be_asked_for_again()
    {
        await using var host = new ResponderHost(Nft());
        await host.AskAsync(Drops.Pair("192.0.2.1", "192.0.2.2"));
        await host.ResultAsync("r1");
        File.WriteAllText(Path.Combine(_folder.Path, "fail"), "");

        await host.AskAsync(Drops.Pair("192.0.2.3", "192.0.2.4", "r2"));
        Assert.Equal(("error", "nft: no such luck\\nat all"), await host.ResultAsync("r2"));
        host.Undo("r1");
        Assert.Equal("error", (await host.ResultAsync("r1")).Status);

        File.Delete(Path.Combine(_folder.Path, "fail"));
        await host.AskAsync(Drops.Pair("192.0.2.3", "192.0.2.4", "r2"));
        Assert.Equal("added", (await host.ResultAsync("r2")).Status);
    }

    [Fact]
    public async Task An_nft_that_hangs_is_given_up()
    {
        await using var host = new ResponderHost(Nft(), new ResponderOptions { Timeout = TimeSpan.FromSeconds(3) });
        await host.AskAsync(Drops.Pair("192.0.2.1", "192.0.2.2"));
        await host.ResultAsync("r1");
        File.WriteAllText(Path.Combine(_folder.Path, "hang"), "");

        await host.AskAsync(Drops.Pair("192.0.2.3", "192.0.2.4", "r2"));
        var (status, detail) = await host.ResultAsync("r2");
        Assert.Equal("error", status);
        Assert.Contains("did not end", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_is_counted_and_the_next_request_is_served()
    {
        await using var host = new ResponderHost(Nft());
        await host.AskAsync(Drops.Pair("192.0.2.1", "192.0.2.2"));
        await host.ResultAsync("r1");

        host.Publish(new ZeekEvent("MailScan::drop", ZeekValue.FromCount(5)));
        host.Publish(new ZeekEvent("MailScan::drop"));
        host.Publish(new ZeekEvent("MailScan::undrop", ZeekValue.FromVector([])));
        host.Undo("r1");
        Assert.Equal("removed", (await host.ResultAsync("r1")).Status);
    }

    [Fact]
    public async Task Without_nft_or_the_right_to_use_it_the_responder_does_not_start()
    {
        await using var absent = new ResponderHost(Path.Combine(_folder.Path, "no-such-program"));
        var e = await Assert.ThrowsAsync<NftException>(() => absent.Running);
        Assert.Contains("cannot be run", e.Message, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(_folder.Path, "fail"), "");
        await using var refused = new ResponderHost(Nft());
        Assert.Contains("no such luck", (await Assert.ThrowsAsync<NftException>(() => refused.Running)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Said() => File.ReadAllText(Path.Combine(_folder.Path, "said"));

    private string Nft()
    {
        var path = Path.Combine(_folder.Path, "nft");
        File.WriteAllText(path, """
            #!/bin/sh
            cd "$(dirname "$0")"
            [ "$*" = "-f -" ] || exit 9
            [ -e hang ] && exec sleep 60
            [ -e fail ] && { printf 'no such luck\nat all\n' >&2; exit 1; }
            cat >> said
            """);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
