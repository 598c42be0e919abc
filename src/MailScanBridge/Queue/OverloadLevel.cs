namespace MailScanBridge.Queue;

/// <summary>When a level of overload begins: at either of the two.</summary>
/// <param name="OpenPercent">Requests without a verdict, in percent of <see cref="QueueOptions.MaxOpen"/>.</param>
/// <param name="Age">How long the request that is next has waited for a worker.</param>
public sealed record OverloadMark(int OpenPercent, TimeSpan Age);

/// <summary>What is given up while too much waits, and from when on.</summary>
public sealed record OverloadOptions
{
    /// <summary>Level 1: optional steps are left out where a mandatory one remains. Default: a quarter of the limit, or 15 s.</summary>
    public OverloadMark Level1 { get; init; } = new(25, TimeSpan.FromSeconds(15));

    /// <summary>Level 2: files of low risk are answered <c>unscanned: overload</c> at once and scanned later. Default: half of the limit, or 30 s.</summary>
    public OverloadMark Level2 { get; init; } = new(50, TimeSpan.FromSeconds(30));

    /// <summary>Level 3: Zeek does not ask about types of low value at all. Default: three quarters of the limit, or 45 s.</summary>
    public OverloadMark Level3 { get; init; } = new(75, TimeSpan.FromSeconds(45));

    /// <summary>
    /// Most new requests a second that one node may have scanned, default 2,000; 0: no limit. What is beyond is answered <c>unscanned: overload</c>
    /// at once, its file kept for a later scan; the metric <c>mailscan.overload.rate_limited</c> counts it. A trace waits, and is never limited.
    /// </summary>
    public int MaxRate { get; init; } = 2000;

    /// <summary>How many requests a node may be ahead of its rate, default 10,000.</summary>
    public int MaxBurst { get; init; } = 10_000;

    /// <summary>Time for which both measures must be below half of a level's marks before the level is left, default 10 s; one level at a time.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Media types, by content, of low risk; a <c>*</c> at the end stands for any rest. Default: images, sounds, videos, fonts. Whole mails
    /// never are, nor is SVG, which is a document with scripts; plain text is not among them, since a script looks like it.
    /// </summary>
    public IReadOnlyList<string> LowRisk { get; init; } = ["image/*", "audio/*", "video/*", "font/*"];
}

/// <summary>The overload level, 0 (none) to 3, with hysteresis: it rises at once and falls step by step. Used by one thread; the level may be read by any.</summary>
internal sealed class OverloadLevel(OverloadOptions options, int maxOpen)
{
    private readonly OverloadMark[] _marks = [options.Level1, options.Level2, options.Level3];
    private TimeSpan? _calmSince;
    private volatile int _level;

    public int Level => _level;

    /// <summary>Looks at the queue. True where the level has changed.</summary>
    /// <param name="open">Requests without a verdict.</param>
    /// <param name="oldest">How long the next request has waited.</param>
    /// <param name="now">Present time, by a clock that no step of the wall clock moves.</param>
    public bool Update(int open, TimeSpan oldest, TimeSpan now)
    {
        var reached = 1 + Array.FindLastIndex(_marks, m => open * 100L >= (long)m.OpenPercent * maxOpen || oldest >= m.Age);
        if (reached > _level)
        {
            _level = reached;
            _calmSince = null;
            return true;
        }

        if (_level == 0 || open * 200L >= (long)_marks[_level - 1].OpenPercent * maxOpen || oldest * 2 >= _marks[_level - 1].Age)
        {
            _calmSince = null;
            return false;
        }

        _calmSince ??= now;
        if (now - _calmSince < options.Calm)
        {
            return false;
        }

        _level--;
        _calmSince = null;
        return true;
    }
}
