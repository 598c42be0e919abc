namespace MailScanBridge.Scanning.Resilience;

/// <summary>How a tool is treated; the same for every kind.</summary>
public sealed record ToolGuardOptions
{
    /// <summary>Most runs at a time. More wait for their turn, which does not count as their time.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Wall-clock time for one run, tries included; then the step fails with <c>timeout</c>.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How often a fault that may pass is tried again, default 2: after 200 ms, then after 400 ms.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>
    /// Faults within 30 s, being at least half of all runs, after which the tool is left alone; default 5, at least 2. What it does with
    /// one file (an exit code, a timeout) is no fault, so that bad files cannot switch a tool off.
    /// </summary>
    public int BreakAfter { get; init; } = 5;

    /// <summary>How long it is left alone, default 15 s: every step fails at once with <c>tool_down</c>. Then one run tries.</summary>
    public TimeSpan BreakFor { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Most runs in a time, tries after a fault not counted; what is beyond fails at once with <c>limits</c>. Null (default): as many as there are.</summary>
    public Rate? Rate { get; init; }
}
