namespace MailScanBridge.Scanning.Resilience;

/// <summary>
/// A bucket of runs that fills evenly. What finds it empty is turned away, since whoever waits for a turn holds up everything behind
/// it. Safe for concurrent use.
/// </summary>
internal sealed class RateLimit(Rate rate, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _paidUntil = -rate.Per; // runs taken, as the time in which they are earned

    /// <summary>True where there is a run left, which is then taken.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            var from = _paidUntil > now - rate.Per ? _paidUntil : now - rate.Per;
            if (from + (rate.Per / rate.Count) > now)
            {
                return false;
            }

            _paidUntil = from + (rate.Per / rate.Count);
            return true;
        }
    }

    /// <summary>What is said of a run that was turned away.</summary>
    public ScannerResult TurnedAway() => ScannerResult.Failed(Reasons.Limits, $"more than {rate} (rate)") with { RateLimited = true };
}
