namespace MailScanBridge.Scanning.Sandboxing;

/// <summary>What a tool in the sandbox may use.</summary>
public sealed record SandboxLimits
{
    /// <summary>Address space of each process in bytes, default 1 GiB; null: no limit (runtimes that reserve far more than they use, such as .NET).
    /// Beyond it the tool's own allocations fail.</summary>
    public long? MaxMemory { get; init; } = 1024L * 1024 * 1024;

    /// <summary>CPU time of each process, rounded up to seconds; null (default): as long as the tool's timeout. Beyond it the process is
    /// killed and the step fails with <c>limits</c>.</summary>
    public TimeSpan? MaxCpu { get; init; }

    /// <summary>Processes and threads at a time, default 64. Beyond it the tool cannot start another.</summary>
    public int MaxProcesses { get; init; } = 64;

    /// <summary>Size of the private /tmp, and of any file in it, in bytes; default 256 MiB. It is memory, not disk. Beyond it the tool's writes fail.</summary>
    public long MaxTemp { get; init; } = 256L * 1024 * 1024;

    /// <summary>True where it may use the network, for programs that ask a service; default false. Files that it then needs, such as
    /// /etc/resolv.conf, are listed like others that it reads.</summary>
    public bool Network { get; init; }
}
