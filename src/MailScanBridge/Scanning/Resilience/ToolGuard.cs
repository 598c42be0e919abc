using MailScanBridge.Telemetry;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace MailScanBridge.Scanning.Resilience;

/// <summary>
/// Stands before one tool: so many runs at a time, so long, once more where that may help, and left alone for a while when it is
/// down. That it is down is logged once, and once that it is back; not for each file. Safe for concurrent use.
/// </summary>
internal sealed class ToolGuard
{
    private readonly string _name;
    private readonly ToolGuardOptions _options;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline<ScannerResult> _pipeline;
    private readonly RateLimit? _rate;
    private string? _down;

    public ToolGuard(string name, ToolGuardOptions options, TimeProvider time, ILogger logger)
    {
        _name = name;
        _options = options;
        _logger = logger;
        _rate = options.Rate is { } rate ? new RateLimit(rate, time) : null;
        var builder = new ResiliencePipelineBuilder<ScannerResult> { TimeProvider = time }
            .AddConcurrencyLimiter(options.Concurrency, queueLimit: int.MaxValue)
            .AddTimeout(options.Timeout)
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ScannerResult>
            {
                ShouldHandle = new PredicateBuilder<ScannerResult>().Handle<ToolFaultException>(),
                FailureRatio = 0.5,
                MinimumThroughput = options.BreakAfter,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = options.BreakFor,
            });
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<ScannerResult>
            {
                ShouldHandle = new PredicateBuilder<ScannerResult>().Handle<ToolFaultException>(e => e.IsTransient),
                MaxRetryAttempts = options.Retries,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
            });
        }

        _pipeline = builder.Build();
    }

    /// <summary>Runs the tool. A fault, a timeout, a tool that is left alone, one run too many: each is a failed result. Throws only for <paramref name="cancellationToken"/>.</summary>
    public async ValueTask<ScannerResult> RunAsync(Func<CancellationToken, ValueTask<ScannerResult>> run, CancellationToken cancellationToken)
    {
        if (_rate?.TryTake() == false)
        {
            return _rate.TurnedAway();
        }

        try
        {
            var result = await _pipeline.ExecuteAsync(run, cancellationToken);
            if (Interlocked.Exchange(ref _down, null) is not null)
            {
                Log.ToolIsBack(_logger, _name);
            }

            return result;
        }
        catch (TimeoutRejectedException)
        {
            return ScannerResult.Failed(Reasons.Timeout, $"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (BrokenCircuitException)
        {
            return ScannerResult.Failed(Reasons.ToolDown, $"left alone for {_options.BreakFor.TotalSeconds:0.#} s (break_for): {_down ?? "it is being tried"}");
        }
        catch (ToolFaultException e)
        {
            if (Interlocked.Exchange(ref _down, e.Message) is null)
            {
                Log.ToolIsDown(_logger, _name, Printable.Text(e.Message, 200));
            }

            return ScannerResult.Failed(Reasons.ToolDown, e.Message);
        }
    }
}
