using System.Text.RegularExpressions;

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

    /// <summary>How findings are read from standard output.</summary>
    public IReadOnlyList<FindingRule> Findings { get; init; } = [];

    /// <summary>Wall-clock time for one run, default 20 s; then the whole process tree is killed and the step fails with <c>timeout</c>.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Most bytes read from the tool, default 1 MiB; a tool that prints more is killed and the step fails with <c>limits</c>.</summary>
    public int MaxOutput { get; init; } = 1024 * 1024;

    /// <summary>Largest item in bytes, default 50 MiB; a larger one fails with <c>too_large</c>.</summary>
    public long MaxSize { get; init; } = 50L * 1024 * 1024;

    /// <summary>Most runs at a time, default 2. More wait for their turn.</summary>
    public int Concurrency { get; init; } = 2;
}

/// <summary>One way to find something in a tool's output.</summary>
/// <param name="Pattern">Matched line by line; group <c>name</c> is the finding's name, group <c>score</c> (optional) its score from 0 to 100.</param>
/// <param name="Score">Score where the pattern gives none.</param>
/// <param name="MaliciousAt">From this score on the finding is malicious, below it suspicious.</param>
public sealed record FindingRule(Regex Pattern, int Score = 50, int MaliciousAt = 75);
