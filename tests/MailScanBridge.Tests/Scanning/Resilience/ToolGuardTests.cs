using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Resilience;

public sealed class ToolGuardTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogRecorder _log = new();

    [Fact]
    public async Task A_tool_that_is_down_is_left_alone_logged_once_and_comes_back_with_one_line()
    {
        var guard = Guard(new ToolGuardOptions { Concurrency = 2, Timeout = TimeSpan.FromSeconds(5), Retries = 0, BreakAfter = 3, BreakFor = TimeSpan.FromSeconds(15) });
        var asked = 0;
        var up = false;

        for (var file = 0; file < 100; file++)
        {
            var result = await ScanAsync();
            Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
            Assert.Contains("connection refused", result.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(3, asked);
        Assert.Single(_log.Lines, l => l.Contains("is down: connection refused", StringComparison.Ordinal));

        _time.Advance(TimeSpan.FromSeconds(15.1));
        up = true;
        Assert.Equal(ScanOutcome.Scanned, (await ScanAsync()).Outcome);
        Assert.Equal(ScanOutcome.Scanned, (await ScanAsync()).Outcome);
        Assert.Equal(5, asked);
        Assert.Single(_log.Lines, l => l.Contains("tool is back", StringComparison.Ordinal));
        Assert.Equal(2, _log.Lines.Count);

        ValueTask<ScannerResult> ScanAsync() => guard.RunAsync(
            _ =>
            {
                asked++;
                return up ? ValueTask.FromResult(ScannerResult.Scanned()) : throw new ToolFaultException("connection refused", isTransient: true);
            },
            Wait.Token);
    }

    [Fact]
    public async Task What_a_tool_does_with_a_file_never_switches_it_off()
    {
        var guard = Guard(new ToolGuardOptions { Concurrency = 2, Timeout = TimeSpan.FromSeconds(5), BreakAfter = 2 });
        var asked = 0;

        for (var file = 0; file < 20; file++)
        {
            await guard.RunAsync(
                _ =>
                {
                    asked++;
                    return ValueTask.FromResult(ScannerResult.Failed(Reasons.ToolDown, "exit code 1"));
                },
                Wait.Token);
        }

        Assert.Equal(20, asked);
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public async Task A_fault_is_tried_again_only_where_that_may_help(bool transient, int tries)
    {
        var guard = Guard(new ToolGuardOptions { Concurrency = 1, Timeout = TimeSpan.FromSeconds(5), Retries = 2 });
        var asked = 0;

        var scan = guard.RunAsync(
            _ =>
            {
                asked++;
                throw new ToolFaultException("no", transient);
            },
            Wait.Token).AsTask();
        while (!scan.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, Wait.Token);
        }

        Assert.Equal(Reasons.ToolDown, (await scan).Reason);
        Assert.Equal(tries, asked);
    }

    [Fact]
    public async Task Waiting_for_a_turn_does_not_count_as_a_tools_time()
    {
        var guard = Guard(new ToolGuardOptions { Concurrency = 1, Timeout = TimeSpan.FromSeconds(5) });
        using var release = new SemaphoreSlim(0);

        var first = guard.RunAsync(HoldAsync, Wait.Token).AsTask();
        var second = guard.RunAsync(HoldAsync, Wait.Token).AsTask();
        _time.Advance(TimeSpan.FromSeconds(4));
        release.Release();
        Assert.Equal(ScanOutcome.Scanned, (await first).Outcome);
        _time.Advance(TimeSpan.FromSeconds(4));
        release.Release();

        Assert.Equal(ScanOutcome.Scanned, (await second).Outcome);

        async ValueTask<ScannerResult> HoldAsync(CancellationToken token)
        {
            await release.WaitAsync(token);
            return ScannerResult.Scanned();
        }
    }

    private ToolGuard Guard(ToolGuardOptions options) => new("tool", options, _time, _log.CreateLogger("x"));
}
