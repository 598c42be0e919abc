using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Clamd;

/// <summary>Past its limits clamd says OK of what it did not look at: that proves nothing.</summary>
public sealed class ClamdLimitsTests : IDisposable
{
    private const int Limit = 2_000_000;
    private readonly TemporaryFolder _folder = new();
    private readonly MailScanMetrics _metrics = new();

    [Theory]
    [InlineData("stream: OK\0", "MaxFileSize or MaxScanSize")]
    [InlineData("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", "MaxFileSize")]
    [InlineData("stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND\0", "MaxScanSize")]
    [InlineData("INSTREAM size limit exceeded. ERROR\0", "StreamMaxLength")]
    public async Task What_is_larger_than_the_limit_is_unscanned_and_the_limit_named(string past, string name)
    {
        await using var clamd = Clamd(past);
        var scanner = await ScannerAsync(clamd);

        var verdict = await VerdictAsync(scanner, new byte[Limit + 200_000]);

        Assert.Equal((VerdictKind.Unscanned, Reasons.TooLarge), (verdict.Kind, verdict.Reason));
        Assert.Contains($"(clamd's own limit: {name})", verdict.Detail, StringComparison.Ordinal);
        Assert.Equal((1, 0), (verdict.PartsFound, verdict.PartsScanned));
    }

    [Fact]
    public async Task What_is_not_is_clean()
    {
        await using var clamd = Clamd("stream: OK\0");

        Assert.Equal(VerdictKind.Clean, (await VerdictAsync(await ScannerAsync(clamd), new byte[Limit - 200_000])).Kind);
    }

    [Fact]
    public async Task A_clamd_that_finds_nothing_at_all_is_useless()
    {
        await using var clamd = new FakeClamd(_folder.Path, FakeClamd.Replies("stream: OK\0"));

        Assert.Contains("does not find EICAR", await Scanner(clamd).CheckAsync(Wait.Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)] // while it is asked about nested archives
    [InlineData(2)] // about the largest sample
    public async Task A_clamd_that_is_killed_while_it_is_tried_lowers_no_limit(int answers)
    {
        var first = new FakeClamd(_folder.Path, [.. Enumerable.Repeat(Answer, answers), _ => throw new EndOfStreamException()]);
        var scanner = Scanner(first, guard: g => g with { BreakFor = TimeSpan.FromMilliseconds(500) });
        Assert.Contains("find EICAR", await scanner.CheckAsync(Wait.Token), StringComparison.Ordinal);
        await first.DisposeAsync();
        Assert.Equal((VerdictKind.Unscanned, Reasons.ToolDown), await WordAsync(scanner, new byte[100]));

        File.Delete(first.Address);
        await using var second = Clamd("stream: OK\0", 10_000_000);
        await Wait.UntilAsync(() => WordAsync(scanner, new byte[4_000_000]).GetAwaiter().GetResult().Kind == VerdictKind.Clean, "the new one to be tried in full");
    }

    [Fact]
    public async Task One_sample_that_is_answered_late_is_asked_once_more()
    {
        var conversations = 0;
        await using var clamd = new FakeClamd(_folder.Path, c => ++conversations == 4 ? c.HangAsync() : Answer(c)); // After VERSION, EICAR and the nested one: the largest.
        var scanner = Scanner(clamd, guard: g => g with { Timeout = TimeSpan.FromSeconds(5) });
        Assert.NotNull(await scanner.ProbeAsync(Wait.Token));
        Assert.Null(await scanner.CheckAsync(Wait.Token));
        Assert.True(conversations > 4);
        Assert.Equal(VerdictKind.Clean, (await VerdictAsync(scanner, new byte[4_900_000])).Kind);
    }

    [Fact]
    public async Task A_clamd_that_was_started_again_with_lower_limits_is_tried_again()
    {
        var first = Clamd("stream: OK\0");
        var scanner = await ScannerAsync(first);
        var content = new byte[1_000_000];
        Assert.Equal(VerdictKind.Clean, (await VerdictAsync(scanner, content)).Kind);
        await first.DisposeAsync();
        File.Delete(first.Address);
        Assert.Equal((VerdictKind.Unscanned, Reasons.ToolDown), await WordAsync(scanner, content));

        await using var second = Clamd("stream: OK\0", limit: 500_000);

        Assert.Equal((VerdictKind.Unscanned, Reasons.TooLarge), await WordAsync(scanner, content));
    }

    [Fact]
    public async Task A_new_version_is_tried_again_and_the_same_one_is_not()
    {
        var time = new FakeTimeProvider();
        var limit = Limit;
        await using var clamd = Clamd("stream: OK\0", () => limit);
        var scanner = await ScannerAsync(clamd, time);
        var content = new byte[1_000_000];
        limit = 500_000;
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(VerdictKind.Clean, (await VerdictAsync(scanner, content)).Kind); // Nothing tells of it.

        clamd.Version = "ClamAV 1.4.7";
        time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal((VerdictKind.Unscanned, Reasons.TooLarge), await WordAsync(scanner, content));
        var asked = clamd.Connections;
        await VerdictAsync(scanner, content);
        Assert.Equal(asked, clamd.Connections);
    }

    [Fact]
    public async Task One_that_comes_back_without_its_database_proves_nothing_until_it_has_it()
    {
        var first = Clamd("stream: OK\0");
        var scanner = await ScannerAsync(first);
        await first.DisposeAsync();
        File.Delete(first.Address);

        await using (new FakeClamd(_folder.Path, FakeClamd.Replies("stream: OK\0")))
        {
            Assert.Equal((VerdictKind.Unscanned, Reasons.ToolDown), await WordAsync(scanner, new byte[100]));
        }

        File.Delete(first.Address);
        await using var third = Clamd("stream: OK\0");
        Assert.Equal(VerdictKind.Clean, (await VerdictAsync(scanner, new byte[100])).Kind);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    /// <summary>Finds EICAR in what is within the limit, and answers as told to what is past it.</summary>
    private FakeClamd Clamd(string past, int limit = Limit) => Clamd(past, () => limit);

    private FakeClamd Clamd(string past, Func<int> limit) => new(_folder.Path, async c =>
    {
        var content = await c.ReadStreamAsync();
        await c.SendAsync(content.Length > limit() ? past : content.AsSpan().IndexOf(Make.Eicar) >= 0 ? "stream: Eicar FOUND\0" : "stream: OK\0");
    });

    private static async Task Answer(FakeClamd.Conversation c)
    {
        var content = await c.ReadStreamAsync();
        await c.SendAsync(content.AsSpan().IndexOf(Make.Eicar) >= 0 ? "stream: Eicar FOUND\0" : "stream: OK\0");
    }

    private static ClamdScanner Scanner(FakeClamd clamd, TimeProvider? time = null, Func<ToolGuardOptions, ToolGuardOptions>? guard = null)
    {
        var options = new ClamdOptions { Address = clamd.Address, PassFiles = false, MaxSize = 5_000_000 };
        return new("clamd", options with { Guard = guard?.Invoke(options.Guard) ?? options.Guard }, time ?? TimeProvider.System);
    }

    private static async Task<ClamdScanner> ScannerAsync(FakeClamd clamd, TimeProvider? time = null)
    {
        var scanner = Scanner(clamd, time);
        Assert.NotNull(await scanner.ProbeAsync(Wait.Token));
        Assert.Null(await scanner.CheckAsync(Wait.Token));
        return scanner;
    }

    private async Task<(VerdictKind Kind, string Reason)> WordAsync(ClamdScanner scanner, byte[] content)
    {
        var verdict = await VerdictAsync(scanner, content);
        return (verdict.Kind, verdict.Reason);
    }

    private async Task<Verdict> VerdictAsync(ClamdScanner scanner, byte[] content)
    {
        var item = Make.Item("application/octet-stream", path: _folder.Write("sample", content), content: content);
        var step = new RouteStep("clamd");
        var runner = new ScanRunner(new Dictionary<string, IScanner> { ["clamd"] = scanner }, _metrics, TimeProvider.System);
        var report = await runner.RunAsync(new ScanPlan(item, new Route("all", ["*"], [step])), CancellationToken.None, Wait.Token);
        return VerdictMaker.Make(Make.Request(content: content), new UnpackResult([item], []), [report], TimeSpan.Zero, 1);
    }
}
