using MailScanBridge.Scanning;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>Somebody sets the wall clock hours forward or back while requests are under way: answers, their repeats and what they are promised by go on as if nothing were.</summary>
public sealed class ClockJumpTests
{
    private static readonly byte[] s_text = "hello"u8.ToArray();

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task Answers_and_deadlines_are_right_after_the_wall_clock_jumps(int hours)
    {
        var clock = new SteppedClock(TimeProvider.System);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new PipelineHost { Time = clock };
        host.Parts = host.Parts with
        {
            Scanners = [new FakeScanner("content", async (_, stop) =>
            {
                await go.Task.WaitAsync(stop);
                return ScannerResult.Scanned();
            })],
        };
        await host.StartAsync();
        var node = await TestNode.ConnectAsync(host);
        node.Ask(1, s_text);
        await Wait.UntilAsync(() => node.Accepted.Any(a => a == 1), "the first to be accepted");

        clock.Step = TimeSpan.FromHours(hours); // While it is being scanned.
        go.SetResult();

        Assert.Equal(("clean", ""), await node.VerdictAsync(1));
        var sent = node.Verdicts.Count;
        await Wait.UntilAsync(() => node.Verdicts.Count > sent, "the verdict to be sent again, unacknowledged");
        var scanTime = node.Verdicts[0][16].AsInterval();
        Assert.InRange(scanTime, TimeSpan.Zero, Wait.Deadline);

        node.Ask(2, s_text);
        await Wait.UntilAsync(() => node.Accepted.Any(a => a == 2), "the second to be accepted");
        var answerBy = node.Heard.Last(e => e.Name == "MailScan::accepted").Args[3].AsTime() - clock.GetUtcNow();
        Assert.InRange(answerBy, host.Parts.Replies.AnswerWithin - Wait.Deadline, host.Parts.Replies.AnswerWithin);
        Assert.Equal(("clean", ""), await node.VerdictAsync(2));

        clock.Step = TimeSpan.Zero; // And set right again, with a restart on top.
        await host.StopAsync();
        await host.StartAsync();
        await node.GreetAsync();
        node.Ask(Make.Request(1, Path.Combine(host.Spool, "file-1"), s_text));
        node.Ask(3, s_text);
        Assert.Equal(("clean", ""), await node.VerdictAsync(3));
        foreach (var seqno in (ulong[])[1, 2, 3])
        {
            node.Acknowledge(seqno);
        }

        await Wait.UntilAsync(() => host.StoredFiles.Count == 0, "the store to be empty");
        await host.StopAsync();
        Assert.All(node.Verdicts, v => Assert.Equal("clean", v[5].AsString()));
        Assert.Equal(3, host.LogLines.Count);
    }
}
