using System.Text.RegularExpressions;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Scanning.Sandboxing;

namespace MailScanBridge.Scanning.Commands;

/// <summary>A tool that is run once an item: what to start, what proves that it scanned, how its findings are read.</summary>
public sealed record CommandOptions
{
    /// <summary>
    /// Program and arguments, never a shell line. <c>{sample}</c> stands for the item's path (a name of the daemon's own making,
    /// never one from the mail), <c>{NAME}</c> for an entry of <see cref="Files"/>.
    /// </summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Files the tool needs, such as its rules, by the name under which the command line refers to them. Absolute paths.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Program and arguments that print the version; its first line of output goes into verdicts. Null: no version.</summary>
    public IReadOnlyList<string>? VersionCommand { get; init; }

    /// <summary>True where the tool looks at the whole content, so that a run with proof of success may end in <c>clean</c>. Default false.</summary>
    public bool LooksAtContent { get; init; }

    /// <summary>Exit codes of a run that worked, default only 0. Any other: <c>tool_down</c>.</summary>
    public IReadOnlySet<int> SuccessExitCodes { get; init; } = new HashSet<int> { 0 };

    /// <summary>A pattern that the output of a run that worked always has; null where the exit code is all there is.</summary>
    public Regex? SuccessPattern { get; init; }

    /// <summary>True (default): whatever the tool writes to standard error means that it did not work.</summary>
    public bool StandardErrorIsFailure { get; init; } = true;

    /// <summary>A path (RFC 9535's older cousin, as Json.NET reads it) that the JSON output of a run that worked always has, with a value that is neither false nor null; null: none.
    /// With it, or with a rule that reads JSON, output that is no JSON is a failure.</summary>
    public string? SuccessJson { get; init; }

    /// <summary>What means that not all was scanned although the tool worked: a password, a limit.</summary>
    public IReadOnlyList<FailureRule> Failures { get; init; } = [];

    /// <summary>How findings are read.</summary>
    public IReadOnlyList<FindingRule> Findings { get; init; } = [];

    /// <summary>Whether it may run without a sandbox; default: it may not.</summary>
    public SandboxMode Sandbox { get; init; }

    /// <summary>What it may use in the sandbox.</summary>
    public SandboxLimits Limits { get; init; } = new();

    /// <summary>Files and directories it may read beside the system's programs, its own program and <see cref="Files"/>. Absolute paths.</summary>
    public IReadOnlyList<string> Read { get; init; } = [];

    /// <summary>Its environment variables. None of the daemon's own reach it.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How many at a time (default 2), how long (default 20 s, then everything it started is killed), and what becomes of one that is down.</summary>
    public ToolGuardOptions Guard { get; init; } = new() { Concurrency = 2, Timeout = TimeSpan.FromSeconds(20), Retries = 1 };

    internal TimeSpan Timeout => Guard.Timeout;

    /// <summary>Most bytes read from the tool, default 1 MiB; a tool that prints more is killed and the step fails with <c>limits</c>.</summary>
    public int MaxOutput { get; init; } = 1024 * 1024;

    /// <summary>Smallest item in bytes, default 0; of a smaller one the tool has no opinion.</summary>
    public long MinSize { get; init; }

    /// <summary>Largest item in bytes, default 50 MiB; a larger one fails with <c>too_large</c>.</summary>
    public long MaxSize { get; init; } = 50L * 1024 * 1024;
}
