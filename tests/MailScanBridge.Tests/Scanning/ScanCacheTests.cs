using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MailScanBridge.Scanning;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Unpacking;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Scanning;

public sealed class ScanCacheTests : IDisposable
{
    private static readonly Finding s_bad = new("Bad", VerdictKind.Malicious, 100);
    private static readonly ScanItem s_item = Make.Item(content: "a"u8.ToArray());
    private readonly MailScanMetrics _metrics = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ScanCacheOptions _options = new() { KeepClean = TimeSpan.FromMinutes(1), KeepBad = TimeSpan.FromHours(1), MaxEntries = 3 };
    private int _scans;

    public ScanCacheTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _metrics.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _counts.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _listener.Start();
    }

    [Fact]
    public async Task The_same_content_is_scanned_once()
    {
        var cache = Cache();
        var scanner = Scanner(ScannerResult.Scanned(s_bad));

        Assert.False((await cache.ScanAsync(scanner, s_item, Wait.Token)).Reused);
        var (result, reused) = await cache.ScanAsync(scanner, s_item with { Name = "another name", Path = "/elsewhere" }, Wait.Token);

        Assert.True(reused);
        Assert.Equal([s_bad], result.Findings);
        Assert.Equal((1, 1L, 1L), (_scans, Count("hit"), Count("miss")));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task A_step_of_the_wall_clock_neither_ends_nor_lengthens_an_answers_time(int hours)
    {
        var wall = new SteppedClock(_time);
        var cache = new ScanCache(_options, _metrics, wall);
        var scanner = Scanner(ScannerResult.Scanned());
        await cache.ScanAsync(scanner, s_item, Wait.Token);
        wall.Step = TimeSpan.FromHours(hours);

        Assert.True((await cache.ScanAsync(scanner, s_item, Wait.Token)).Reused);
        _time.Advance(_options.KeepClean);
        Assert.False((await cache.ScanAsync(scanner, s_item, Wait.Token)).Reused);
    }

    [Fact]
    public async Task Other_content_another_scanner_and_another_version_are_other_questions()
    {
        var cache = Cache();
        var scanner = Scanner(ScannerResult.Scanned());
        await cache.ScanAsync(scanner, s_item, Wait.Token);

        await cache.ScanAsync(scanner, Make.Item(content: "b"u8.ToArray()), Wait.Token);
        await cache.ScanAsync(Scanner(ScannerResult.Scanned(), "other"), s_item, Wait.Token);
        scanner.Version = "new rules";
        await cache.ScanAsync(scanner, s_item, Wait.Token);

        Assert.Equal((4, 0L), (_scans, Count("hit")));
    }

    [Fact]
    public async Task Rules_that_change_during_a_scan_leave_nothing_behind()
    {
        var cache = Cache();
        FakeScanner scanner = null!;
        scanner = new FakeScanner("a", (_, _) =>
        {
            _scans++;
            scanner.Version = $"rules {_scans}";
            return ValueTask.FromResult(ScannerResult.Scanned());
        });

        await cache.ScanAsync(scanner, s_item, Wait.Token);

        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public async Task A_scanner_without_a_version_is_asked_each_time()
    {
        var cache = Cache();
        var scanner = Scanner(ScannerResult.Scanned());
        scanner.Version = null;

        await cache.ScanAsync(scanner, s_item, Wait.Token);
        await cache.ScanAsync(scanner, s_item, Wait.Token);

        Assert.Equal((2, 0), (_scans, cache.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_is_never_kept_whatever_was_found(bool found)
    {
        var cache = Cache();
        var scanner = Scanner(found ? ScannerResult.Failed(Reasons.Limits, "", s_bad) : ScannerResult.Failed(Reasons.Timeout, ""));

        await cache.ScanAsync(scanner, s_item, Wait.Token);
        await cache.ScanAsync(scanner, s_item, Wait.Token);

        Assert.Equal((2, 0), (_scans, cache.Count));
    }

    [Fact]
    public async Task What_is_clean_is_asked_again_sooner_than_what_is_bad()
    {
        var cache = Cache();
        var (clean, bad) = (Scanner(ScannerResult.Scanned(), "clean"), Scanner(ScannerResult.NoOpinion(s_bad), "bad"));
        await cache.ScanAsync(clean, s_item, Wait.Token);
        await cache.ScanAsync(bad, s_item, Wait.Token);

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True((await cache.ScanAsync(clean, s_item, Wait.Token)).Reused); // which does not prolong it
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await cache.ScanAsync(clean, s_item, Wait.Token)).Reused);
        Assert.True((await cache.ScanAsync(bad, s_item, Wait.Token)).Reused);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False((await cache.ScanAsync(bad, s_item, Wait.Token)).Reused);
    }

    [Fact]
    public async Task Beyond_the_cap_the_one_not_asked_for_longest_is_forgotten()
    {
        var cache = Cache();
        var scanner = Scanner(ScannerResult.Scanned());
        var items = Enumerable.Range(0, 4).Select(i => Make.Item(content: [(byte)i])).ToList();
        foreach (var item in items.Take(3))
        {
            await cache.ScanAsync(scanner, item, Wait.Token);
        }

        await cache.ScanAsync(scanner, items[0], Wait.Token);
        await cache.ScanAsync(scanner, items[3], Wait.Token);

        Assert.Equal((3, 1L), (cache.Count, Count("evicted")));
        Assert.True((await cache.ScanAsync(scanner, items[0], Wait.Token)).Reused);
        Assert.False((await cache.ScanAsync(scanner, items[1], Wait.Token)).Reused);
    }

    [Fact]
    public async Task Those_who_ask_while_the_scan_runs_get_its_answer_even_where_none_are_kept()
    {
        var cache = Cache(_options with { MaxEntries = 0 });
        var answer = new TaskCompletionSource<ScannerResult>();
        var scanner = Scanner(_ => new ValueTask<ScannerResult>(answer.Task));

        var asked = Enumerable.Range(0, 20).Select(_ => cache.ScanAsync(scanner, s_item, Wait.Token).AsTask()).ToList();
        answer.SetResult(ScannerResult.Failed(Reasons.Timeout, "hung"));
        var answers = await Task.WhenAll(asked);

        Assert.Equal((1, 19L, 0), (_scans, Count("joined"), cache.Count));
        Assert.All(answers, a => Assert.Equal(Reasons.Timeout, a.Result.Reason));
        Assert.Single(answers, a => !a.Reused);
    }

    [Fact]
    public async Task A_leader_that_is_cancelled_fails_nobody_who_joined()
    {
        var cache = Cache();
        using var leader = new CancellationTokenSource();
        var scanner = Scanner(async token =>
        {
            if (_scans == 1)
            {
                await Task.Delay(Timeout.Infinite, token);
            }

            return ScannerResult.Scanned(s_bad);
        });

        var led = cache.ScanAsync(scanner, s_item, leader.Token).AsTask();
        var joined = Enumerable.Range(0, 10).Select(_ => cache.ScanAsync(scanner, s_item, Wait.Token).AsTask()).ToList();
        await leader.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => led);
        Assert.All(await Task.WhenAll(joined), a => Assert.Equal([s_bad], a.Result.Findings));
        Assert.Equal(2, _scans);
    }

    [Fact]
    public async Task A_leader_whose_scanner_breaks_fails_nobody_who_joined()
    {
        var cache = Cache();
        var broken = new TaskCompletionSource<ScannerResult>();
        var scanner = Scanner(_ => _scans == 1 ? new ValueTask<ScannerResult>(broken.Task) : ValueTask.FromResult(ScannerResult.Scanned()));
        var led = cache.ScanAsync(scanner, s_item, Wait.Token).AsTask();
        var joined = cache.ScanAsync(scanner, s_item, Wait.Token).AsTask();

        broken.SetException(new InvalidOperationException("a bug"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => led);
        Assert.Equal(ScanOutcome.Scanned, (await joined).Result.Outcome);
    }

    [Fact]
    public async Task Who_waits_may_give_up_alone()
    {
        var cache = Cache();
        var answer = new TaskCompletionSource<ScannerResult>();
        var scanner = Scanner(_ => new ValueTask<ScannerResult>(answer.Task));
        using var impatient = new CancellationTokenSource();
        var led = cache.ScanAsync(scanner, s_item, Wait.Token).AsTask();
        var joined = cache.ScanAsync(scanner, s_item, impatient.Token).AsTask();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joined);
        answer.SetResult(ScannerResult.Scanned());

        Assert.Equal(ScanOutcome.Scanned, (await led).Result.Outcome);
    }

    [Fact]
    public async Task Under_load_every_answer_belongs_to_its_own_content()
    {
        var cache = Cache(_options with { MaxEntries = 20 });
        var scanner = new FakeScanner("a", async (item, token) =>
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            return ScannerResult.Scanned(new Finding(item.Sha256, VerdictKind.Suspicious, 1));
        });
        var items = Enumerable.Range(0, 40).Select(i => Make.Item(content: [(byte)i])).ToArray();
        var answers = 0;

        await Parallel.ForAsync(0, 20_000, Wait.Token, async (i, token) =>
        {
            using var gone = new CancellationTokenSource();
            if (i % 7 == 0)
            {
                await gone.CancelAsync();
            }

            var item = items[i * 31 % items.Length];
            try
            {
                var (result, _) = await cache.ScanAsync(scanner, item, gone.Token);
                Assert.Equal(item.Sha256, Assert.Single(result.Findings).Name);
                Interlocked.Increment(ref answers);
            }
            catch (OperationCanceledException) when (gone.IsCancellationRequested)
            {
                // Asked for.
            }
        });

        Assert.True(answers >= Enumerable.Range(0, 20_000).Count(i => i % 7 != 0), $"{answers} answers"); // all that did not go away, at least
        Assert.True(cache.Count <= 20);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
    }

    private ScanCache Cache(ScanCacheOptions? options = null) => new(options ?? _options, _metrics, _time);

    private long Count(string what) => _counts.GetValueOrDefault($"mailscan.cache.{what}");

    private FakeScanner Scanner(ScannerResult result, string name = "a") => Scanner(_ => ValueTask.FromResult(result), name);

    private FakeScanner Scanner(Func<CancellationToken, ValueTask<ScannerResult>> scan, string name = "a") => new(name, (_, token) =>
    {
        Interlocked.Increment(ref _scans);
        return scan(token);
    });
}
