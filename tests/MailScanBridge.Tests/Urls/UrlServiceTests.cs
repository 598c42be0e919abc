using System.Collections.Concurrent;
using System.Net;
using System.Text;
using MailScanBridge.Scanning;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Urls;
using MailScanBridge.Zeek;
using Xunit;

namespace MailScanBridge.Tests.Urls;

/// <summary>From a question on the wire to its answer.</summary>
public sealed class UrlServiceTests : IAsyncDisposable
{
    private readonly ZeekHub _hub = new(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:0" });
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<UrlVerdict> _answers = new();
    private readonly LogRecorder _log = new();
    private readonly MailScanMetrics _metrics = new();
    private readonly List<ZeekClient> _clients = [];
    private ZeekClient? _node;

    [Fact]
    public async Task A_listed_URL_is_malicious_with_the_lists_name_for_it_and_the_question_comes_back()
    {
        await StartAsync(Fake("bad", url => url.HostName == "evil.example" ? ScannerResult.Scanned(new Finding("Emotet", VerdictKind.Malicious, 90, "on the list bad")) : ScannerResult.Scanned()));
        Ask(1, "http://evil.example/a");
        Ask(2, "http://good.example/");

        var (bad, good) = (await AnswerAsync(1), await AnswerAsync(2));

        Assert.Equal(("malicious", "", 90UL, "Emotet: on the list bad"), (bad.Verdict, bad.Reason, bad.Score, bad.Detail));
        Assert.Equal(["Emotet"], bad.Names);
        Assert.Contains("bad - : listed", bad.Tools.Single().Replace("-:", "- :", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(("http://evil.example/a", "C1", 33UL), (Encoding.UTF8.GetString(bad.Url), bad.Uid, bad.Epoch));
        Assert.Equal(("clean", ""), (good.Verdict, good.Reason));
    }

    [Fact]
    public async Task The_worst_of_several_sources_counts_and_a_failure_is_never_clean()
    {
        await StartAsync(
            Fake("one", url => url.HostName == "both.example" ? ScannerResult.Scanned(new Finding("odd", VerdictKind.Suspicious, 60)) : ScannerResult.Scanned()),
            Fake("two", url => url.HostName == "both.example" ? ScannerResult.Scanned(new Finding("bad", VerdictKind.Malicious, 50)) : ScannerResult.Failed(Reasons.ToolDown, "no name server")));
        Ask(1, "http://both.example/");
        Ask(2, "http://other.example/");

        Assert.Equal(["bad", "odd"], (await AnswerAsync(1)).Names);
        var failed = await AnswerAsync(2);
        Assert.Equal(("unscanned", "tool_down", "two: no name server"), (failed.Verdict, failed.Reason, failed.Detail));
    }

    [Fact]
    public async Task A_source_that_is_asked_too_often_is_counted_and_said()
    {
        using var counters = new CounterSums(_metrics);
        var turnedAway = ScannerResult.Failed(Reasons.Limits, "more than 1/s (rate)") with { RateLimited = true };
        await StartAsync(
            Fake("mine", _ => turnedAway),
            Fake("list", url => url.HostName == "evil.example" ? ScannerResult.Scanned(new Finding("Emotet", VerdictKind.Malicious, 90)) : ScannerResult.Scanned()));
        Ask(1, "http://evil.example/a");
        Ask(2, "http://good.example/");

        var (bad, other) = (await AnswerAsync(1), await AnswerAsync(2));

        Assert.Equal(("malicious", "unscanned", "limits", "mine: more than 1/s (rate)"), (bad.Verdict, other.Verdict, other.Reason, other.Detail));
        Assert.All(new[] { bad, other }, a => Assert.Contains(a.Tools, t => t.StartsWith("mine -: limits (more than 1/s (rate))", StringComparison.Ordinal)));
        Assert.Equal(2, counters["mailscan.url.rate_limited{command=mine}"]);
    }

    [Fact]
    public async Task A_source_that_hangs_is_a_timeout_and_one_that_throws_an_error()
    {
        var clock = new HeldTimers(TimeSpan.FromMinutes(6));
        _time = clock;
        _options = _options with { Timeout = TimeSpan.FromMinutes(7) };
        await StartAsync(new FakeSource("slow", isRemote: true, async (url, token) =>
        {
            if (url.HostName == "throws.example")
            {
                throw new InvalidOperationException("a bug");
            }

            clock.Release();
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return ScannerResult.Scanned();
        }));
        Ask(1, "http://hangs.example/");
        Ask(2, "http://throws.example/");

        Assert.Equal(("unscanned", "timeout"), ((await AnswerAsync(1)).Verdict, (await AnswerAsync(1)).Reason));
        Assert.Equal(("error", "tool_down"), ((await AnswerAsync(2)).Verdict, (await AnswerAsync(2)).Reason));
    }

    [Fact]
    public async Task Beyond_the_cap_a_lookup_is_answered_with_overload()
    {
        var (begun, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _options = _options with { MaxWaiting = 1, Workers = 1, Timeout = TimeSpan.FromMinutes(1) };
        await StartAsync(new FakeSource("slow", isRemote: false, async (_, _) =>
        {
            begun.TrySetResult();
            await release.Task;
            return ScannerResult.Scanned();
        }));
        Ask(1, "http://a.example/");
        await begun.Task.WaitAsync(Wait.Token);
        for (var seqno = 2UL; seqno <= 4; seqno++)
        {
            Ask(seqno, "http://a.example/");
        }

        Assert.Equal(("unscanned", "overload"), ((await AnswerAsync(3)).Verdict, (await AnswerAsync(3)).Reason));
        Assert.Equal(("unscanned", "overload"), ((await AnswerAsync(4)).Verdict, (await AnswerAsync(4)).Reason));
        release.SetResult();
        Assert.Equal("clean", (await AnswerAsync(1)).Verdict);
        Assert.Equal("clean", (await AnswerAsync(2)).Verdict);
    }

    [Fact]
    public async Task Without_a_list_nothing_is_clean_and_without_a_host_nothing_is_looked_up()
    {
        await StartAsync();
        Ask(1, "http://a.example/");
        Assert.Equal(("unscanned", "no_scanner"), ((await AnswerAsync(1)).Verdict, (await AnswerAsync(1)).Reason));
    }

    [Fact]
    public async Task Garbage_and_other_versions_are_counted_and_told_once()
    {
        await StartAsync(Fake("bad", _ => ScannerResult.Scanned()));
        _node!.Publish(Topics.Url("test"), new ZeekEvent("MailScan::url_request", ZeekValue.FromCount(1)));
        _node.Publish(Topics.Url("test"), new ZeekEvent("MailScan::url_request"));
        _node.Publish(Topics.Url("test"), new UrlRequestEvent(Request(7, "http://a.example/") with { Proto = 1 }));
        _node.Publish(Topics.Url("test"), new ZeekEvent("Something::else"));
        Ask(1, "/no/host");

        Assert.Equal(("unscanned", "unsupported"), ((await AnswerAsync(1)).Verdict, (await AnswerAsync(1)).Reason));
        Assert.Single(_log.Lines, l => l.StartsWith("Warning 1000", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await _hub.DisposeAsync();
        _metrics.Dispose();
        _stop.Dispose();
    }

    private UrlServiceOptions _options = new();
    private TimeProvider _time = TimeProvider.System;

    private static FakeSource Fake(string name, Func<UrlToLookUp, ScannerResult> answer) => new(name, isRemote: false, (url, _) => Task.FromResult(answer(url)));

    private async Task StartAsync(params IUrlSource[] sources)
    {
        _hub.Start();
        var service = new UrlService(Client("urls"), new UrlLookup(sources, _time), _options, "test", 33, _metrics, _time, _log);
        _ = service.RunAsync(_stop.Token);
        _node = Client("zeek");
        _node.Subscribe(Topics.Reply("host/zeek", 7));
        await _node.StartAsync(Wait.Token);
        await _node.WaitForSubscriberAsync(Topics.Url("test"), Wait.Token);
        _ = ListenAsync(_node);
    }

    private async Task ListenAsync(ZeekClient node)
    {
        await foreach (var message in node.ReadAllAsync<UrlVerdictEvent>())
        {
            _answers.Enqueue(message.Event.V);
        }
    }

    private ZeekClient Client(string name)
    {
        var client = new ZeekClient(new ZeekClientOptions { HubXPub = _hub.XPubEndpoint, HubXSub = _hub.XSubEndpoint, NodeName = name });
        _clients.Add(client);
        return client;
    }

    private void Ask(ulong seqno, string url) => _node!.Publish(Topics.Url("test"), new UrlRequestEvent(Request(seqno, url)));

    private async Task<UrlVerdict> AnswerAsync(ulong seqno)
    {
        UrlVerdict? answer = null;
        await Wait.UntilAsync(() => (answer = _answers.FirstOrDefault(a => a.Seqno == seqno)) is not null, $"the answer to {seqno}");
        return answer!;
    }

    private static UrlRequest Request(ulong seqno, string url) => new(
        MailScanBridge.Intake.EventDecoder.Proto, "host/zeek", 7, seqno, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes(url), [], "HTTP", null, "C1",
        IPAddress.Parse("192.0.2.1"), new ZeekPort(1, ZeekPortProtocol.Tcp), IPAddress.Parse("192.0.2.2"), new ZeekPort(80, ZeekPortProtocol.Tcp), null);

    private sealed class FakeSource(string name, bool isRemote, Func<UrlToLookUp, CancellationToken, Task<ScannerResult>> answer) : IUrlSource
    {
        public string Name => name;

        public string? Version => null;

        public bool IsRemote => isRemote;

        public ValueTask<ScannerResult> LookUpAsync(UrlToLookUp url, CancellationToken cancellationToken) => new(answer(url, cancellationToken));
    }
}
