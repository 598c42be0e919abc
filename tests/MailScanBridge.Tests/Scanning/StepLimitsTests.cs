using System.Diagnostics.Metrics;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Unpacking;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Scanning;

/// <summary>A step's own size and rate: what is beyond is not run, says so, and is never clean.</summary>
public sealed class StepLimitsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly MailScanMetrics _metrics = new();
    private readonly MeterListener _listener = new();
    private readonly List<string?> _limited = [];
    private readonly Counting _scanner = new();

    public StepLimitsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _metrics.Meter) && instrument.Name == "mailscan.scanner.rate_limited")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _limited.Add(tags[0].Value?.ToString()));
        _listener.Start();
    }

    [Fact]
    public async Task Past_the_rate_a_step_is_not_run_is_counted_and_runs_again_later()
    {
        var runner = Runner();
        var route = Route(new RouteStep("a", Rate: new Rate(2, TimeSpan.FromSeconds(1))));

        Assert.Equal([null, null, Reasons.Limits], await Task.WhenAll(Enumerable.Range(0, 3).Select(i => ReasonAsync(runner, route, [(byte)i]))));
        Assert.Equal((2, "a"), (_scanner.Runs, Assert.Single(_limited)));

        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Null(await ReasonAsync(runner, route, [3]));
    }

    [Fact]
    public async Task Equal_steps_of_two_routes_have_a_rate_each()
    {
        var runner = Runner();
        Route first = Route(new RouteStep("a", Rate: new Rate(1, TimeSpan.FromHours(1)))), second = Route(new RouteStep("a", Rate: new Rate(1, TimeSpan.FromHours(1))));

        Assert.Null(await ReasonAsync(runner, first, [1]));
        Assert.Null(await ReasonAsync(runner, second, [1]));
        Assert.Equal(Reasons.Limits, await ReasonAsync(runner, first, [1]));
    }

    [Fact]
    public async Task A_known_answer_takes_nothing_from_the_rate()
    {
        var runner = Runner(new ScanCache(new ScanCacheOptions(), _metrics, _time));
        var route = Route(new RouteStep("a", Rate: new Rate(1, TimeSpan.FromHours(1))));

        Assert.Equal([null, null, null], [await ReasonAsync(runner, route, [1]), await ReasonAsync(runner, route, [1]), await ReasonAsync(runner, route, [1])]);
        Assert.Equal(Reasons.Limits, await ReasonAsync(runner, route, [2]));
        Assert.Equal(1, _scanner.Runs);
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(5, Reasons.TooLarge)]
    public async Task Past_the_steps_size_the_scanner_is_not_run(int size, string? reason)
    {
        Assert.Equal(reason, await ReasonAsync(Runner(), Route(new RouteStep("a", MaxSize: 4)), new byte[size]));
        Assert.Equal(reason is null ? 1 : 0, _scanner.Runs);
        Assert.Empty(_limited);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
    }

    private static Route Route(RouteStep step) => new("all", ["*"], [step]);

    private ScanRunner Runner(ScanCache? cache = null) => new(new Dictionary<string, IScanner> { ["a"] = _scanner }, _metrics, _time, cache);

    private static async Task<string?> ReasonAsync(ScanRunner runner, Route route, byte[] content) =>
        Assert.Single((await runner.RunAsync(new ScanPlan(Make.Item(content: content), route), CancellationToken.None, Wait.Token)).Steps).Result!.Reason;

    private sealed class Counting : IScanner
    {
        public string Name => "a";

        public string? Version => "1";

        public bool LooksAtContent => true;

        public int Runs { get; private set; }

        public ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
        {
            Runs++;
            return ValueTask.FromResult(ScannerResult.Scanned());
        }
    }
}
