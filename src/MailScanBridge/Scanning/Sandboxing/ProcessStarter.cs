using System.Collections.Concurrent;

namespace MailScanBridge.Scanning.Sandboxing;

/// <summary>
/// Starts processes on one thread that lives as long as the daemon. A sandbox is told to die with its parent, and for Linux
/// that is the <em>thread</em> that started it (prctl(2), PR_SET_PDEATHSIG): those of the pool come and go. Safe for concurrent use.
/// </summary>
internal static class ProcessStarter
{
    private static readonly BlockingCollection<Action> s_work = [];

    static ProcessStarter() => new Thread(() =>
    {
        foreach (var start in s_work.GetConsumingEnumerable())
        {
            start();
        }
    })
    { IsBackground = true, Name = "process starter" }.Start();

    /// <summary>Runs <paramref name="start"/> on that thread; what it throws is thrown here.</summary>
    public static Task<T> StartAsync<T>(Func<T> start)
    {
        var started = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_work.Add(() =>
        {
            try
            {
                started.SetResult(start());
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }
}
