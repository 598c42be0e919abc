namespace MailScanBridge.Queue;

/// <summary>
/// When a request was accepted: by the wall clock, which the journal keeps, and by this process's own clock, so that a step of the wall
/// clock makes no wait negative or a day long.
/// </summary>
public readonly struct Arrival
{
    private readonly TimeProvider _time;
    private readonly long _stamp;
    private readonly TimeSpan _before;

    /// <summary>Now.</summary>
    public Arrival(TimeProvider time)
        : this(time.GetUtcNow(), time)
    {
    }

    /// <summary>Before this process began, as its journal says. One that lies in the future counts as now.</summary>
    public Arrival(DateTimeOffset at, TimeProvider time)
    {
        At = at;
        _time = time;
        _stamp = time.GetTimestamp();
        _before = time.GetUtcNow() - at is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    /// <summary>By the wall clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Time since then, never negative.</summary>
    public TimeSpan Waited => _before + _time.GetElapsedTime(_stamp);
}
