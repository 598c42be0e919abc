using System.Globalization;
using System.Text.RegularExpressions;

namespace MailScanBridge.Scanning.Commands;

/// <summary>Reads a finished tool's output. Success must be proven; only then does finding nothing mean anything.</summary>
internal static class CommandOutput
{
    private const int MaxFindings = 100;

    public static ScannerResult Read(CommandOptions options, int exitCode, string output, string errors)
    {
        List<Finding> findings;
        try
        {
            if (Failure(options, exitCode, output, errors) is { } failure)
            {
                return ScannerResult.Failed(Reasons.ToolDown, failure);
            }

            findings = Find(options, output);
        }
        catch (RegexMatchTimeoutException)
        {
            return ScannerResult.Failed(Reasons.Limits, "its output could not be searched in time");
        }

        return new ScannerResult(options.LooksAtContent ? ScanOutcome.Scanned : ScanOutcome.NoOpinion, findings);
    }

    private static string? Failure(CommandOptions options, int exitCode, string output, string errors)
    {
        if (!options.SuccessExitCodes.Contains(exitCode))
        {
            return $"exit code {exitCode}: {Printable.Text(FirstLine(errors.Length > 0 ? errors : output), 160)}";
        }

        if (options.StandardErrorIsFailure && errors.Trim().Length > 0)
        {
            return Printable.Text(FirstLine(errors), 160);
        }

        return options.SuccessPattern?.IsMatch(output) == false
            ? $"its output lacks the proof of success: {Printable.Text(FirstLine(output), 120)}"
            : null;
    }

    private static List<Finding> Find(CommandOptions options, string output)
    {
        var findings = new List<Finding>();
        foreach (var line in output.Split('\n'))
        {
            foreach (var rule in options.Findings)
            {
                if (rule.Pattern.Match(line) is { Success: true } match && findings.Count < MaxFindings)
                {
                    var score = match.Groups["score"].Success
                        && int.TryParse(match.Groups["score"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                        ? Math.Clamp(given, 0, 100)
                        : rule.Score;
                    findings.Add(new Finding(
                        match.Groups["name"].Value,
                        score >= rule.MaliciousAt ? VerdictKind.Malicious : VerdictKind.Suspicious,
                        score));
                }
            }
        }

        return findings;
    }

    private static string FirstLine(string text) => text.TrimStart().Split('\n', 2)[0].TrimEnd();
}
