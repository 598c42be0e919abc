namespace MailScanBridge.Daemon.Soak;

/// <summary>What a soak does, and for how long.</summary>
internal sealed record SoakOptions
{
    /// <summary>Requests a second, default 100. Fewer are sent where the daemon's credit does not allow more; the report says how many were.</summary>
    public int Rate { get; init; } = 100;

    /// <summary>How long requests are sent, default 60 s.</summary>
    public TimeSpan For { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most requests, and beyond them only as long as faults are due (<see cref="Faults"/>); 0 (default): as many as rate and time give.</summary>
    public int Files { get; init; }

    /// <summary>Who is harmed: <c>daemon</c> (default), <c>scanner</c>, <c>clamd</c>, <c>hub</c>; in turn where they are several.</summary>
    public IReadOnlyList<string> Harm { get; init; } = ["daemon"];

    /// <summary>What is done to them: <c>none</c> (default), <c>kill</c> (SIGKILL, and started again) or <c>stop</c> (SIGSTOP, and SIGCONT after <see cref="StopFor"/>).</summary>
    public string Fault { get; init; } = "none";

    /// <summary>Mean time between two faults, default 5 s; the moments are random.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most faults; 0 (default): until the last request was sent.</summary>
    public int Faults { get; init; }

    /// <summary>How long what is stopped stays so, default 5 s.</summary>
    public TimeSpan StopFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Seed of the random moments and files, default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// One file in so many is malicious, default 10: far more than in life, and each goes into quarantine, which is written and synced file by file.
    /// </summary>
    public int OneBadIn { get; init; } = 10;

    /// <summary>Time between two looks at the daemon's resources, default 1 s.</summary>
    public TimeSpan Sample { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time for the last answers, default 120 s.</summary>
    public TimeSpan EndWait { get; init; } = TimeSpan.FromSeconds(120);
}
