using System.Net;
using System.Net.Sockets;
using MailScanBridge.Scanning;
using MailScanBridge.Urls;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Urls;

public sealed class DnsBlockListTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly List<string> _asked = [];
    private Func<string, IPAddress[]> _answer = _ => throw new SocketException((int)SocketError.HostNotFound);

    [Fact]
    public async Task A_host_that_resolves_in_the_zone_is_listed_and_asked_for_once()
    {
        _answer = name => name == "evil.example.dbl.test" ? [IPAddress.Parse("127.0.1.2")] : throw new SocketException((int)SocketError.HostNotFound);
        var list = List();

        Assert.Equal(VerdictKind.Suspicious, Assert.Single((await AskAsync(list, "http://evil.example/a")).Findings).Kind);
        Assert.Single((await AskAsync(list, "http://evil.example/b")).Findings);
        Assert.Empty((await AskAsync(list, "http://good.example/")).Findings);
        Assert.Equal(1, _asked.Count(n => n == "evil.example.dbl.test"));

        _time.Advance(TimeSpan.FromMinutes(11));
        await AskAsync(list, "http://evil.example/");
        Assert.Equal(2, _asked.Count(n => n == "evil.example.dbl.test"));
    }

    [Fact]
    public async Task An_address_is_asked_for_backwards()
    {
        await AskAsync(List(), "http://203.0.113.7/");

        Assert.Contains("7.113.0.203.dbl.test", _asked);
    }

    [Theory]
    [InlineData("http://[2001:db8::1]/")]
    [InlineData("http://localhost/")]
    [InlineData("http://ev il$(x).example/")]
    public async Task What_no_such_list_can_have_is_not_asked_for(string url)
    {
        var result = await AskAsync(List(), url);

        Assert.Equal((ScanOutcome.Scanned, 0), (result.Outcome, result.Findings.Count));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_resolver_that_answers_for_everything_is_noticed()
    {
        _answer = _ => [IPAddress.Parse("127.0.0.53")];

        var result = await AskAsync(List(), "http://good.example/");

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
        Assert.Contains("answers for everything", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_address_than_the_loopback_nets_is_no_listing()
    {
        _answer = name => name.StartsWith("good", StringComparison.Ordinal) ? [IPAddress.Parse("198.51.100.1")] : throw new SocketException((int)SocketError.HostNotFound);

        Assert.Empty((await AskAsync(List(), "http://good.example/")).Findings);
    }

    [Theory]
    [InlineData(SocketError.TryAgain)]
    [InlineData(SocketError.NoRecovery)]
    public async Task A_name_server_that_fails_is_no_answer(SocketError error)
    {
        _answer = name => name.Contains(".invalid.", StringComparison.Ordinal) ? throw new SocketException((int)SocketError.HostNotFound) : throw new SocketException((int)error);

        Assert.Equal(ScanOutcome.Failed, (await AskAsync(List(), "http://good.example/")).Outcome);
    }

    [Fact]
    public async Task A_list_that_refuses_this_resolver_is_no_answer()
    {
        _answer = name => name.Contains(".invalid.", StringComparison.Ordinal) ? throw new SocketException((int)SocketError.HostNotFound) : [IPAddress.Parse("127.255.255.254")];

        Assert.Equal(ScanOutcome.Failed, (await AskAsync(List(), "http://good.example/")).Outcome);
    }

    private DnsBlockList List() => new(new DnsBlockListOptions("dbl", "dbl.test"), _time, (name, _) =>
    {
        _asked.Add(name);
        return Task.FromResult(_answer(name));
    });

    private static async Task<ScannerResult> AskAsync(DnsBlockList list, string url) =>
        await list.LookUpAsync(new UrlToLookUp(System.Text.Encoding.UTF8.GetBytes(url)), TestContext.Current.CancellationToken);
}
