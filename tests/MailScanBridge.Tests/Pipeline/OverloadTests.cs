using MailScanBridge.Queue;
using MailScanBridge.Scanning;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>What is given up under overload, what is made up for afterwards, and the ledger of it all; over the embedded hub.</summary>
public sealed class OverloadTests : IAsyncDisposable
{
    private static readonly byte[] s_png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0];
    private static readonly byte[] s_text = "hello"u8.ToArray();
    private readonly PipelineHost _host = new();
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OverloadTests()
    {
        // Everything waits behind this scanner until it is let go; two open requests make level 2.
        var blocked = new FakeScanner("content", async (_, stop) =>
        {
            await _go.Task.WaitAsync(stop);
            return ScannerResult.Scanned();
        });
        var never = TimeSpan.FromHours(1);
        _host.Parts = _host.Parts with
        {
            Scanners = [blocked],
            Pipeline = _host.Parts.Pipeline with { Workers = 1 },
            Queue = _host.Parts.Queue with { MaxOpen = 200 },
            Overload = new OverloadOptions { Level1 = new(1, never), Level2 = new(1, never), Level3 = new(100, never), Calm = TimeSpan.FromMilliseconds(100) },
        };
    }

    [Fact]
    public async Task A_file_of_low_risk_is_answered_at_once_and_scanned_when_nothing_waits()
    {
        var node = await OverloadedAsync();
        node.Ask(3, s_png);

        Assert.Equal(("unscanned", "overload"), await node.VerdictAsync(3));
        node.Acknowledge(3);
        _go.SetResult();

        Assert.Equal("clean", await RevisionAsync(node, 3, 2));
        Assert.Single(_host.StoredFiles, f => f.EndsWith(".3", StringComparison.Ordinal));
        node.Acknowledge(3); // once more for the first: closes nothing
        foreach (var seqno in (ulong[])[1, 2])
        {
            await node.VerdictAsync(seqno);
            node.Acknowledge(seqno);
        }

        await Wait.UntilAsync(() => _host.StoredFiles.Count == 1, "the other files to be gone");
        node.Acknowledge(3, 2);
        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "the file to be gone");
        await Wait.UntilAsync(() => _host.LogLines.Count(l => l.Contains("\"seqno\":3,", StringComparison.Ordinal)) == 2, "a line for each revision");
        Assert.Contains(_host.Log.Lines, l => l.Contains("Overload level 2, before 0", StringComparison.Ordinal));
        Assert.Equal(1, _host.Count("mailscan.queue.scanned_later"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Between_the_two_verdicts_a_restart_loses_nothing(bool acknowledged)
    {
        var node = await OverloadedAsync();
        node.Ask(3, s_png);
        await node.VerdictAsync(3);
        if (acknowledged)
        {
            node.Acknowledge(3);
        }

        await _host.StopAsync();
        Assert.Contains(await _host.RowsAsync(), r => r is { Request.File.Seqno: 3, Later: true });
        _go.SetResult();
        await _host.StartAsync();
        await node.GreetAsync();

        Assert.Equal("clean", await RevisionAsync(node, 3, 2));
        node.Acknowledge(3, 2);
        await Wait.UntilAsync(() => !_host.StoredFiles.Any(f => f.EndsWith(".3", StringComparison.Ordinal)), "the file to be gone");
    }

    [Fact]
    public async Task What_may_not_be_kept_is_given_up_for_good()
    {
        _host.Parts = _host.Parts with { Queue = _host.Parts.Queue with { MaxLater = 1 } };
        var node = await OverloadedAsync();
        node.Ask(3, s_png);
        node.Ask(4, s_png);
        await node.VerdictAsync(3);
        await node.VerdictAsync(4);
        node.Acknowledge(4);

        await Wait.UntilAsync(() => !_host.StoredFiles.Any(f => f.EndsWith(".4", StringComparison.Ordinal)), "the file to be gone");
        Assert.Equal(2, _host.Count("mailscan.queue.overload"));
    }

    [Fact]
    public async Task Mails_documents_and_what_a_trace_asks_are_not_given_up()
    {
        var node = await OverloadedAsync();
        node.Publish(SensorEvents.Hello(TestNode.Name, 8, true, _host.Spool, 0, DateTimeOffset.UtcNow));
        node.Ask(3, s_text);
        node.Ask(4, s_png, r => r with { Kind = "message" });
        node.Ask(5, s_png, r => r with { DeclaredType = "message/rfc822"u8.ToArray() });
        node.Ask(6, s_png, r => r with { Incarnation = 8 });
        node.Ask(7, s_png);
        Assert.Equal(("unscanned", "overload"), await node.VerdictAsync(7));
        Assert.DoesNotContain(node.Verdicts, v => v[3].AsCount() is >= 3 and <= 6);

        _go.SetResult();

        foreach (var seqno in (ulong[])[3, 4, 5, 6])
        {
            Assert.NotEqual("overload", (await node.VerdictAsync(seqno)).Reason);
        }
    }

    [Fact]
    public async Task Zeek_is_told_of_each_change_at_once_and_gets_less_credit()
    {
        _host.Parts = _host.Parts with { Pipeline = _host.Parts.Pipeline with { Heartbeat = TimeSpan.FromHours(1) } };
        var node = await OverloadedAsync();

        Assert.Contains(Statuses(node), s => s[8].AsCount() == 2 && s[6].AsCount() == 50);
        _go.SetResult();
        await Wait.UntilAsync(() => Statuses(node)[^1][8].AsCount() == 0, "the end of the overload");
        Assert.Equal([2UL, 1UL, 0UL], Statuses(node).Select(s => s[8].AsCount()).SkipWhile(l => l == 0));
    }

    [Fact]
    public async Task Optional_steps_are_left_out_and_the_verdict_says_so()
    {
        _host.Parts = _host.Parts with { Overload = _host.Parts.Overload with { Calm = TimeSpan.FromHours(1) } };
        var node = await OverloadedAsync();
        _go.SetResult();

        // The one that came first may have been begun before the level rose.
        await node.VerdictAsync(1);
        await node.VerdictAsync(2);
        Assert.Contains(node.Verdicts, v => v[10].AsVector().Any(t =>
            t.AsString().StartsWith("clamd", StringComparison.Ordinal) && t.AsString().Contains("left out: overload level", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_ledger_is_answered_with_what_is_counted_everything_before_it_included()
    {
        _go.SetResult();
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        var incarnation = (ulong)(DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMicroseconds;
        var sent = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        node.Ask(1, s_text, r => r with { Incarnation = incarnation });
        node.Ask(3, s_text, r => r with { Incarnation = incarnation });
        node.Publish(SensorEvents.Ledger(TestNode.Name, incarnation, 4, sent));

        await Wait.UntilAsync(() => Ledgers(node).Count == 1, "the answer");
        var answer = Ledgers(node)[0];
        Assert.Equal((sent, 1UL, 4UL, 2UL, 2UL, 0UL), (answer[4].AsTime(), answer[5].AsCount(), answer[6].AsCount(), answer[7].AsCount(), answer[8].AsCount(), answer[9].AsCount()));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<TestNode> OverloadedAsync()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, s_text);
        node.Ask(2, s_text);
        await Wait.UntilAsync(() => Statuses(node).Any(s => s[8].AsCount() == 2), "level 2");
        return node;
    }

    private static async Task<string> RevisionAsync(TestNode node, ulong seqno, ulong revision)
    {
        IReadOnlyList<ZeekValue>? verdict = null;
        await Wait.UntilAsync(() => (verdict = node.Verdicts.FirstOrDefault(v => v[3].AsCount() == seqno && v[34].AsCount() == revision)) is not null, $"revision {revision} of {seqno}");
        return verdict![5].AsString();
    }

    private static List<IReadOnlyList<ZeekValue>> Statuses(TestNode node) => Of(node, "MailScan::bridge_status");

    private static List<IReadOnlyList<ZeekValue>> Ledgers(TestNode node) => Of(node, "MailScan::bridge_ledger");

    private static List<IReadOnlyList<ZeekValue>> Of(TestNode node, string name) => [.. node.Heard.Where(e => e.Name == name).Select(e => e.Args[0].AsVector())];
}
