namespace MailScanBridge.Queue;

/// <summary>Whether a request is within its origin's rate.</summary>
/// <param name="IsAllowed">False where it is beyond.</param>
/// <param name="TellBeyond">Requests beyond since the log was last told, this one included; null where it is not to be told now.</param>
internal readonly record struct RateDecision(bool IsAllowed, long? TellBeyond);

/// <summary>
/// How many new requests each node may have scanned a second: a bucket for each, filled at the rate, that holds a burst. Origins name
/// themselves, so they are bounded too: beyond <see cref="MaxOrigins"/> all others share one bucket. Used by one thread.
/// </summary>
internal sealed class OriginRates(OverloadOptions options, TimeProvider time)
{
    /// <summary>Most nodes that have a bucket of their own at a time.</summary>
    public const int MaxOrigins = 1000;

    /// <summary>Time between two log lines about one origin.</summary>
    public static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    public RateDecision Take(string node)
    {
        if (options.MaxRate == 0)
        {
            return new RateDecision(true, null);
        }

        var bucket = BucketOf(node);
        Fill(bucket);
        if (bucket.Left >= 1)
        {
            bucket.Left--;
            return new RateDecision(true, null);
        }

        bucket.Beyond++;
        if (bucket.Told is { } told && time.GetElapsedTime(told) < TellEvery)
        {
            return new RateDecision(false, null);
        }

        bucket.Told = time.GetTimestamp();
        var beyond = bucket.Beyond;
        bucket.Beyond = 0;
        return new RateDecision(false, beyond);
    }

    private Bucket BucketOf(string node)
    {
        if (_buckets.TryGetValue(node, out var known))
        {
            return known;
        }

        if (_buckets.Count >= MaxOrigins)
        {
            // A full bucket is that of a node that asks for little: it loses nothing by being forgotten, unless the log was just told of it.
            foreach (var (name, bucket) in _buckets.ToList())
            {
                Fill(bucket);
                if (bucket.Left >= options.MaxBurst && (bucket.Told is not { } told || time.GetElapsedTime(told) >= TellEvery))
                {
                    _buckets.Remove(name);
                }
            }
        }

        if (_buckets.Count >= MaxOrigins)
        {
            node = "";
        }

        return _buckets.TryGetValue(node, out var shared) ? shared : _buckets[node] = new Bucket { Left = options.MaxBurst, Filled = time.GetTimestamp() };
    }

    private void Fill(Bucket bucket)
    {
        var elapsed = time.GetElapsedTime(bucket.Filled);
        bucket.Filled = time.GetTimestamp();
        bucket.Left = Math.Min(options.MaxBurst, bucket.Left + (elapsed.TotalSeconds * options.MaxRate));
    }

    private sealed class Bucket
    {
        public double Left { get; set; }
        public long Filled { get; set; }
        public long Beyond { get; set; }
        public long? Told { get; set; }
    }
}
