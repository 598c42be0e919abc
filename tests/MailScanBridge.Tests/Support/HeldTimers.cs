using System.Collections.Concurrent;

namespace MailScanBridge.Tests.Support;

/// <summary>The system's clock, except that timers of a length, and longer ones, go off only when the test says so.</summary>
internal sealed class HeldTimers(TimeSpan length) : TimeProvider
{
    private readonly ConcurrentQueue<ITimer> _held = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < length)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        var timer = base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        _held.Enqueue(timer);
        return timer;
    }

    /// <summary>Lets all that were made until now go off.</summary>
    public void Release()
    {
        while (_held.TryDequeue(out var timer))
        {
            timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
