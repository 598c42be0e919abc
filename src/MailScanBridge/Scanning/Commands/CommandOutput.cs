using System.Globalization;
using System.Text.RegularExpressions;

namespace MailScanBridge.Scanning.Commands;

/// <summary>Reads a finished tool's output. Success must be proven; only then does finding nothing mean anything.</summary>
internal static class CommandOutput
{
    private const int MaxFindings = 100;

    public static ScannerResult Read(CommandOptions options, int exitCode, string output, string errors)
    {
        try
        {
            var json = ReadsJson(options) ? JsonOutput.Parse(output) : null;
            var lines = output.Split('\n');
            if (options.Failures.FirstOrDefault(f => Is(f, exitCode, lines, json)) is { } rule)
            {
                return ScannerResult.Failed(rule.Reason, $"exit code {exitCode}: {FirstLine(output.Length > 0 ? output : errors)}", Find(options, exitCode, lines, json));
            }

            return Failure(options, exitCode, output, errors, json) is { } failure
                ? ScannerResult.Failed(Reasons.ToolDown, failure)
                : new ScannerResult(options.LooksAtContent ? ScanOutcome.Scanned : ScanOutcome.NoOpinion, Find(options, exitCode, lines, json));
        }
        catch (RegexMatchTimeoutException)
        {
            return ScannerResult.Failed(Reasons.Limits, "its output could not be searched in time");
        }
    }

    internal static string FirstLine(string text) => Printable.Text(text.TrimStart().Split('\n', 2)[0].TrimEnd(), 160);

    private static bool ReadsJson(CommandOptions options) =>
        options.SuccessJson is not null || options.Findings.Any(f => f.Json is not null) || options.Failures.Any(f => f.Json is not null);

    private static bool Is(FailureRule rule, int exitCode, string[] lines, JsonOutput? json) =>
        rule.ExitCode == exitCode || (rule.Pattern is { } pattern && lines.Any(pattern.IsMatch)) || (rule.Json is { } path && json?.Has(path) == true);

    private static string? Failure(CommandOptions options, int exitCode, string output, string errors, JsonOutput? json)
    {
        if (!options.SuccessExitCodes.Contains(exitCode))
        {
            return $"exit code {exitCode}: {FirstLine(errors.Length > 0 ? errors : output)}";
        }

        if (options.StandardErrorIsFailure && errors.Trim().Length > 0)
        {
            return FirstLine(errors);
        }

        if (options.SuccessPattern?.IsMatch(output) == false)
        {
            return $"its output lacks the proof of success: {FirstLine(output)}";
        }

        return !ReadsJson(options) || (json is not null && (options.SuccessJson is not { } path || json.Proves(path)))
            ? null
            : json is null ? $"its output is not one JSON value: {FirstLine(output)}" : $"its output lacks {options.SuccessJson}, or says false or null there (success_json)";
    }

    private static List<Finding> Find(CommandOptions options, int exitCode, string[] lines, JsonOutput? json) =>
    [
        .. lines.SelectMany(line => options.Findings.Where(r => r.Pattern is not null).Select(r => (Rule: r, Match: r.Pattern!.Match(line))))
            .Where(f => f.Match.Success)
            .Select(f => Make(f.Rule, Group(f.Match, "name"), Number(Group(f.Match, "score")), Group(f.Match, "detail")))
            .Concat(options.Findings.Where(r => r.Json is not null && json is not null).SelectMany(r => json!.Find(r.Json!).Select(f => Make(r, f.Name, f.Score, f.Detail))))
            .Concat(options.Findings.Where(r => r.ExitCode == exitCode).Select(r => Make(r, null, null, null)))
            .Take(MaxFindings),
    ];

    private static Finding Make(FindingRule rule, string? name, int? given, string? detail)
    {
        var score = given ?? rule.Score;
        return new Finding(name ?? rule.Name ?? "unnamed", KindOf(score, rule), score, detail);
    }

    private static VerdictKind KindOf(int score, FindingRule rule) =>
        score == 0 ? VerdictKind.Clean : score >= rule.MaliciousAt ? VerdictKind.Malicious : VerdictKind.Suspicious;

    private static string? Group(Match match, string name) => match.Groups[name] is { Success: true } group ? group.Value : null;

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, 0, 100) : null;
}
