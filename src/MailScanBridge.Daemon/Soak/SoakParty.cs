namespace MailScanBridge.Daemon.Soak;

/// <summary>One of those that a soak does harm to. Used by one task at a time.</summary>
internal abstract class SoakParty(string name) : IDisposable
{
    /// <summary>As <c>--harm</c> calls it.</summary>
    public string Name { get; } = name;

    /// <summary>SIGKILL, and started again. False where there was nothing to kill.</summary>
    public abstract Task<bool> KillAsync(CancellationToken cancellationToken);

    /// <summary>SIGSTOP, and SIGCONT after a time. False where there was nothing to stop.</summary>
    public abstract Task<bool> HoldAsync(TimeSpan time, CancellationToken cancellationToken);

    /// <summary>The last lines it wrote, for people.</summary>
    public virtual string LastLines() => "";

    public abstract void Dispose();

    protected static async Task SignalAsync(int processId, string signal, CancellationToken cancellationToken)
    {
        using var kill = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("kill", [$"-{signal}", $"{processId}"]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync(cancellationToken);
    }
}
