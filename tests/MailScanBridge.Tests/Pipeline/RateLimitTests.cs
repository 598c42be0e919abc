using MailScanBridge.Queue;
using MailScanBridge.Scanning;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>A node that asks faster than it may: every request has an answer, and another node notices nothing.</summary>
public sealed class RateLimitTests : IAsyncDisposable
{
    private const int Flood = 300;
    private static readonly byte[] s_text = "hello"u8.ToArray();
    private readonly PipelineHost _host = new();

    [Fact]
    public async Task What_is_beyond_the_rate_is_answered_with_overload_and_the_log_says_so_once()
    {
        _host.Parts = _host.Parts with { Overload = new OverloadOptions { MaxRate = 1, MaxBurst = 10 }, Queue = _host.Parts.Queue with { MaxLater = 0 } };
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        for (var seqno = 1UL; seqno <= Flood; seqno++)
        {
            node.Ask(seqno, s_text);
        }

        node.Ask(Flood + 1, s_text, r => r with { Node = "host/other" });
        await Wait.UntilAsync(() => node.Verdicts.Select(v => v[3].AsCount()).Distinct().Count() == Flood, "an answer to each");
        var answers = node.Verdicts.DistinctBy(v => v[3].AsCount()).Select(v => (Verdict: v[5].AsString(), Reason: v[6].AsString())).ToList();
        Assert.InRange(answers.Count(a => a.Verdict == "clean"), 10, Flood / 2);
        Assert.Equal(_host.Count("mailscan.overload.rate_limited"), answers.Count(a => a == ("unscanned", "overload")));
        Assert.Equal(Flood, answers.Count(a => a.Verdict == "clean") + answers.Count(a => a.Reason == "overload"));
        await Wait.UntilAsync(() => _host.LogLines.Count == Flood + 1, "a line for each");
        Assert.Contains(_host.LogLines, l => l.Contains("host/other", StringComparison.Ordinal) && l.Contains("\"clean\"", StringComparison.Ordinal));
        Assert.Single(_host.Log.Lines, l => l.Contains("Warning 2009", StringComparison.Ordinal));

        // A repeat is answered from the journal, whatever the rate.
        node.Ask(1, s_text);
        await Wait.UntilAsync(() => _host.Count("mailscan.requests.repeated") == 1, "the repeat");
    }

    [Fact]
    public async Task A_node_that_floods_does_not_hold_up_another()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        _host.Parts = _host.Parts with
        {
            Pipeline = _host.Parts.Pipeline with { Workers = 1 },
            Scanners = [new FakeScanner("content", async (item, stop) =>
            {
                await go.Task.WaitAsync(stop);
                order.Enqueue(Path.GetFileName(item.Path));
                return ScannerResult.Scanned();
            })],
        };
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        for (var seqno = 1UL; seqno <= Flood; seqno++)
        {
            node.Ask(seqno, [.. s_text, .. BitConverter.GetBytes(seqno)]);
        }

        await Wait.UntilAsync(() => node.Accepted.Distinct().Count() == Flood, "the flood to be accepted");
        node.Ask(9999, "other"u8.ToArray(), r => r with { Node = "host/other" });
        await Wait.UntilAsync(() => _host.StoredFiles.Count == Flood + 1, "the other's request");
        await Wait.UntilAsync(() => _host.Count("mailscan.requests") == Flood + 1, "the other's request");
        go.SetResult();
        await Wait.UntilAsync(() => order.Count > 10, "some scans");
        Assert.Contains(order.Take(4), name => name.EndsWith(".9999", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
