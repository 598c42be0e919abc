using System.Text.RegularExpressions;

namespace MailScanBridge.Scanning.Commands;

/// <summary>One way to find something in what a tool says: a pattern, a path in its JSON, or its exit code.</summary>
/// <param name="Pattern">Matched line by line. Groups, all optional: <c>name</c>, <c>score</c> (0 to 100), <c>detail</c>.</param>
/// <param name="Score">Score where the tool gives none; 0 makes a note: it speaks against nobody, but lets a step with only_if_flagged run.</param>
/// <param name="MaliciousAt">From this score on the finding is malicious, below it suspicious.</param>
public sealed record FindingRule(Regex? Pattern = null, int Score = 50, int MaliciousAt = 75)
{
    /// <summary>Each match in the tool's JSON is a finding.</summary>
    public JsonFinding? Json { get; init; }

    /// <summary>The exit code that is a finding.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The finding's name where the tool gives none.</summary>
    public string? Name { get; init; }
}

/// <summary>Where in a tool's JSON a finding stands. Paths as in <c>$.results[?(@.bad == true)]</c>; the others start at each match of the first.</summary>
/// <param name="Path">Each match is a finding.</param>
/// <param name="Name">Path to its name; null: the match itself where it is a text or a number, else the rule's name.</param>
/// <param name="Score">Path to its score, 0 to 100, or one of the words malicious (100) and suspicious (50); null: the rule's.</param>
/// <param name="Detail">Path to a line for people; null: none.</param>
public sealed record JsonFinding(string Path, string? Name = null, string? Score = null, string? Detail = null);

/// <summary>What means that not all of the item was scanned, although the tool worked. Exactly one of the first three is set.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Pattern">Matched line by line.</param>
/// <param name="Json">A path with a match.</param>
/// <param name="ExitCode">The exit code.</param>
public sealed record FailureRule(string Reason, Regex? Pattern = null, string? Json = null, int? ExitCode = null);
