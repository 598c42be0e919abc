using System.Text.Json;
using MailScanBridge.Queue;
using MailScanBridge.Routing;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>What becomes of requests when something goes wrong on their journey: a tool, the disk, the load, a restart.</summary>
public sealed class PipelineFaultTests : IAsyncLifetime
{
    private static readonly byte[] s_text = "hello"u8.ToArray();
    private readonly PipelineHost _host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task No_event_from_the_wire_ends_the_daemon_or_keeps_it_from_starting_again()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        var sound = SensorEvents.Request(node.Extract(1, s_text)).Args[0].AsVector();
        List<ZeekValue> early = [.. sound];
        early[5] = ZeekValue.FromTimeNanoseconds(long.MinValue);
        node.Publish(new ZeekEvent("MailScan::file_request", ZeekValue.FromVector([.. early])));
        var mail = Make.Request().Mail!;
        node.Ask(2, s_text, r => r with { Mail = mail with { RcptTo = [.. Enumerable.Repeat(new byte[128 * 1024], 127)] } });
        node.Ask(3, s_text, r => r with { Mail = mail with { RcptTo = [.. Enumerable.Repeat(new byte[100], 9_900)] }, Filename = new byte[128 * 1024], Kind = new string('k', 1000) });

        Assert.Equal(("clean", ""), await node.VerdictAsync(3));
        await Wait.UntilAsync(() => _host.Count("mailscan.intake.malformed") == 2, "both to be counted");
        await _host.StopAsync();
        await _host.StartAsync();
        await node.GreetAsync();
        node.Ask(4, s_text);
        Assert.Equal(("clean", ""), await node.VerdictAsync(4));
    }

    [Fact]
    public async Task A_scanner_that_throws_or_hangs_is_named_and_what_others_found_counts()
    {
        var limit = TimeSpan.FromMinutes(7);
        var clock = new HeldTimers(limit);
        await using var host = new PipelineHost { Time = clock };
        var hangs = new FakeScanner("hangs", async (_, token) =>
        {
            clock.Release();
            await Task.Delay(Timeout.Infinite, token);
            return ScannerResult.Scanned();
        });
        host.Parts = host.Parts with
        {
            Scanners = [new ContentScanner(), new FakeScanner("throws", (_, _) => throw new InvalidOperationException("broken")), hangs],
            Routes =
            [
                new Route("thrown", ["text/html"], [new RouteStep("content"), new RouteStep("throws")]),
                new Route("all", ["*"], [new RouteStep("content"), new RouteStep("hangs")], StopAtMalicious: false),
            ],
            Pipeline = host.Parts.Pipeline with { ScanTimeout = limit },
        };
        await host.StartAsync();
        var node = await TestNode.ConnectAsync(host);

        node.Ask(1, "<html><body>x</body></html>"u8.ToArray());
        Assert.Equal(("unscanned", "tool_down"), await node.VerdictAsync(1));
        node.Ask(2, s_text);
        Assert.Equal(("unscanned", "timeout"), await node.VerdictAsync(2));
        node.Ask(3, Make.Eicar);
        Assert.Equal(("malicious", ""), await node.VerdictAsync(3));
    }

    [Fact]
    public async Task What_cannot_be_scanned_in_three_attempts_is_given_up_with_the_cause()
    {
        // Past the time within which Zeek waits an attempt counts, also where the disk is at fault.
        _host.Parts = _host.Parts with { Replies = _host.Parts.Replies with { AnswerWithin = TimeSpan.FromMilliseconds(1) } };
        await _host.StartAsync();
        var work = Path.Combine(_host.State, "store", "work");
        await Wait.UntilAsync(() => _host.Log.Lines.Any(l => l.Contains(" 2003: ", StringComparison.Ordinal)), "the start");
        Directory.Delete(work);
        await File.WriteAllTextAsync(work, "a file where the directory for parts should be", Wait.Token);
        var node = await TestNode.ConnectAsync(_host);
        var zip = new ZipFile().Add("a.txt", s_text).ToArray();
        node.Ask(1, zip);

        Assert.Equal(("error", "gave_up"), await node.VerdictAsync(1));
        Assert.Contains("work", node.Verdicts[0][7].AsString(), StringComparison.Ordinal);
        File.Delete(work);
        node.Ask(2, zip);
        Assert.Equal(("clean", ""), await node.VerdictAsync(2));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(work));
        await _host.StopAsync();
        Assert.Equal(4, (await _host.RowsAsync())[0].Attempts);
    }

    [Fact]
    public async Task A_verdict_has_one_line_in_the_log_wherever_the_crash_came()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        for (var seqno = 1UL; seqno <= 4; seqno++)
        {
            node.Ask(seqno, s_text);
        }

        await Wait.UntilAsync(() => _host.LogLines.Count == 4, "four lines");
        await _host.StopAsync();

        // As if the crash had come before the mark for 1 and 2, and before the line for 2 (its line is torn).
        var lines = _host.LogLines.ToDictionary(Seqno);
        await File.WriteAllTextAsync(_host.Parts.VerdictLogPath, $"{lines[1]}\n{lines[3]}\n{lines[4]}\n{lines[2][..40]}", Wait.Token);
        _host.Execute("UPDATE requests SET logged = 0 WHERE seqno IN (1, 2)");
        await _host.StartAsync();
        await Wait.UntilAsync(() => _host.LogLines.Count == 5, "the missing line");
        await _host.StopAsync();
        await _host.StartAsync();
        await _host.StopAsync();

        Assert.Equal(5, _host.LogLines.Count);
        Assert.Equal([1UL, 2UL, 3UL, 4UL], _host.LogLines.Where(l => l.EndsWith('}')).Select(Seqno).Order());
        Assert.All(await _host.RowsAsync(), r => Assert.True(r.Logged));

        static ulong Seqno(string line) => JsonDocument.Parse(line).RootElement.GetProperty("seqno").GetUInt64();
    }

    [Fact]
    public async Task An_orderly_stop_in_the_middle_of_a_scan_costs_no_attempt()
    {
        var scanning = 0;
        var parts = _host.Parts;
        _host.Parts = parts with
        {
            Scanners =
            [
                new FakeScanner("content", async (_, token) =>
                {
                    Interlocked.Increment(ref scanning);
                    await Task.Delay(Timeout.Infinite, token);
                    return ScannerResult.Scanned();
                }),
            ],
        };
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, s_text);
        await Wait.UntilAsync(() => Volatile.Read(ref scanning) == 1, "the scan to be under way");

        await _host.StopAsync();

        Assert.Equal((RequestState.Accepted, 0), Assert.Single(await _host.RowsAsync()) is var row ? (row.State, row.Attempts) : default);
        Assert.Contains(node.Heard, e => e.Name == "MailScan::bridge_bye" && e.Args[2].AsString() == "stopped");
        _host.Parts = parts;
        await _host.StartAsync();
        Assert.Equal(("clean", ""), await node.VerdictAsync(1));
    }

    [Fact]
    public async Task When_too_much_is_open_a_request_is_answered_with_overload()
    {
        using var release = new SemaphoreSlim(0);
        _host.Parts = _host.Parts with
        {
            Queue = _host.Parts.Queue with { MaxOpen = 2, MaxLater = 0 },
            Scanners =
            [
                new FakeScanner("content", async (_, token) =>
                {
                    await release.WaitAsync(token);
                    return ScannerResult.Scanned();
                }),
            ],
        };
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        for (var seqno = 1UL; seqno <= 3; seqno++)
        {
            node.Ask(seqno, s_text);
        }

        Assert.Equal(("unscanned", "overload"), await node.VerdictAsync(3));
        release.Release(2);
        Assert.Equal(("clean", ""), await node.VerdictAsync(1));
        Assert.Equal(("clean", ""), await node.VerdictAsync(2));
        node.Acknowledge(3);
        await Wait.UntilAsync(() => _host.StoredFiles.Count == 2, "the file that was not scanned to go");
        Assert.Equal(1, _host.Count("mailscan.queue.overload"));
        await Wait.UntilAsync(() => _host.LogLines.Count == 3, "a line for each, the one given up too");
        Assert.Contains(_host.LogLines, l => l.Contains("\"overload\"", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
