using MailScanBridge.Scanning.Commands;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads how a command's output is understood: <c>findings</c> and <c>failures</c>, each by pattern, json or exit_code.</summary>
internal static class RuleReader
{
    private static readonly string[] s_sources = ["pattern", "json", "exit_code"];

    /// <summary>Reasons that a tool's own words can mean.</summary>
    private static readonly string[] s_reasons =
        [Reasons.Encrypted, Reasons.TooLarge, Reasons.Limits, Reasons.Truncated, Reasons.Damaged, Reasons.Unsupported, Reasons.Timeout, Reasons.ToolDown];

    public static FindingRule Finding(ConfigSection section)
    {
        ExactlyOne(section);
        var pattern = section.Pattern("pattern");
        var json = JsonPath(section, "json");
        var rule = new FindingRule(pattern)
        {
            Score = section.Number("score", 50, 0, 100),
            MaliciousAt = section.Number("malicious_at", 75, 0, 101),
            ExitCode = ExitCode(section),
            Name = section.Has("name") ? section.RequiredText("name") : null,
            Json = json is null ? null : new JsonFinding(json, JsonPath(section, "name_path"), JsonPath(section, "score_path"), JsonPath(section, "detail_path")),
        };
        if (rule.Name is null && (rule.ExitCode is not null || pattern?.GetGroupNames().Contains("name") == false))
        {
            section.Wrong(section.Has("pattern") ? "pattern" : "exit_code", "needs the finding's name: as name, or from a group (?<name>...) of the pattern");
        }

        section.NothingElse();
        return rule;
    }

    public static FailureRule Failure(ConfigSection section)
    {
        ExactlyOne(section);
        if (!section.Has("reason"))
        {
            section.Wrong("reason", $"is required: one of {string.Join(", ", s_reasons)}");
        }

        var rule = new FailureRule(section.Choice("reason", Reasons.ToolDown, s_reasons), section.Pattern("pattern"), JsonPath(section, "json"), ExitCode(section));
        section.NothingElse();
        return rule;
    }

    /// <summary>A path that can be read; null where there is none.</summary>
    public static string? JsonPath(ConfigSection section, string key)
    {
        if (!section.Has(key))
        {
            return null;
        }

        var path = section.RequiredText(key);
        if (path.Length > 0 && JsonOutput.Check(path) is { } problem)
        {
            section.Wrong(key, $"not a JSON path such as $.results[*].name: {problem}");
        }

        return path;
    }

    private static int? ExitCode(ConfigSection section) => section.Has("exit_code") ? section.Number("exit_code", 0, 0, 255) : null;

    private static void ExactlyOne(ConfigSection section)
    {
        if (s_sources.Count(section.Has) != 1)
        {
            section.Wrong("pattern", $"is required: it, or one of {string.Join(", ", s_sources.Skip(1))}, and no more than one of these");
        }
    }
}
