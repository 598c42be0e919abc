using System.Globalization;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Scanning.Yara;
using MailScanBridge.Urls;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads a scanner of kind <c>command</c>: a tool that is described in the configuration alone.</summary>
internal static class CommandReader
{
    /// <summary>The words for <see cref="SandboxMode"/>, in its order.</summary>
    private static readonly string[] Words = ["required", "if_available", "off"];

    /// <summary>A scanner of kind <c>yara</c>: rule files that are compiled, and a command that runs over them.</summary>
    public static YaraOptions Yara(ConfigSection section, SandboxMode sandbox)
    {
        var rules = AbsolutePaths(section, "rules");
        if (rules.Count == 0)
        {
            section.Wrong("rules", "is required: a list of rule files, or of directories that hold some");
        }

        return new YaraOptions { Rules = rules, Reload = section.Duration("reload", TimeSpan.FromSeconds(30)), Command = Read(section, sandbox) };
    }

    /// <param name="section">The tool.</param>
    /// <param name="sandbox">What holds where it says nothing of its own.</param>
    /// <param name="what">The placeholder for what it looks at: <c>{sample}</c>, or <c>{url}</c> for a tool that is asked about URLs.</param>
    public static CommandOptions Read(ConfigSection section, SandboxMode sandbox, string what = "{sample}")
    {
        var options = new CommandOptions { Command = section.TextList("command") ?? [] };
        if (options.Command.Count == 0)
        {
            section.Wrong("command", "is required: program and arguments as a list, such as [yara, \"{rules}\", \"{sample}\"]");
        }
        else if (!options.Command.Skip(1).Contains(what))
        {
            section.Wrong("command", $"must have {what} as an argument of its own: {(what == UrlCommand.Placeholder ? "the URL" : "the path of what is scanned")}");
        }

        var files = section.Section("files");
        if (files.Keys.Contains(what.Trim('{', '}')))
        {
            files.Wrong(what.Trim('{', '}'), $"{what} stands for what is scanned: give this file another name");
        }

        CheckPlaceholders(section, "command", options.Command, [what.Trim('{', '}'), .. files.Keys]);
        CheckPlaceholders(section, "version_command", section.TextList("version_command") ?? [], files.Keys);

        if (what == UrlCommand.Placeholder)
        {
            options = options with { Guard = options.Guard with { Timeout = TimeSpan.FromSeconds(3) }, Limits = options.Limits with { Network = section.Flag("network", false) } };
        }
        else
        {
            options = options with
            {
                LooksAtContent = section.Flag("looks_at_content", options.LooksAtContent),
                MinSize = section.Has("min_size") ? section.Size("min_size", 1) : options.MinSize,
                MaxSize = section.Size("max_size", options.MaxSize),
            };
        }

        var exitCodes = section.TextList("success_exit_codes");
        return options with
        {
            Files = files.Keys.ToDictionary(k => k, k => files.AbsolutePath(k, "")),
            VersionCommand = section.TextList("version_command"),
            SuccessExitCodes = exitCodes is null ? options.SuccessExitCodes : ExitCodes(section, exitCodes),
            SuccessPattern = section.Pattern("success_pattern"),
            SuccessJson = RuleReader.JsonPath(section, "success_json"),
            Failures = [.. (section.SectionList("failures") ?? []).Select(RuleReader.Failure)],
            StandardErrorIsFailure = section.Flag("stderr_is_failure", options.StandardErrorIsFailure),
            Findings = [.. (section.SectionList("findings") ?? []).Select(RuleReader.Finding)],
            Sandbox = Sandbox(section, sandbox),
            Limits = Limits(section, options.Limits),
            Read = AbsolutePaths(section, "read"),
            Environment = Environment(section),
            Guard = ScannerReader.Guard(section, options.Guard),
            MaxOutput = (int)Math.Min(int.MaxValue, section.Size("max_output", options.MaxOutput)),
        };
    }

    // A misspelt one would reach the tool as it stands. Other braces are the tool's own.
    private static void CheckPlaceholders(ConfigSection section, string key, IEnumerable<string> arguments, IEnumerable<string> names)
    {
        string[] known = [.. names.Concat(section.Has("rules") ? ["rules"] : Array.Empty<string>()).Select(n => $"{{{n}}}")];
        foreach (var argument in arguments.Where(a => a is ['{', .., '}'] && a[1..^1].All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') && !known.Contains(a)))
        {
            section.Wrong(key, $"{Printable.Text(argument, 60)} stands for nothing here; there are: {string.Join(", ", known)}. A file is given one under files");
        }
    }

    /// <summary>The option <c>sandbox</c>, of a tool or of all.</summary>
    internal static SandboxMode Sandbox(ConfigSection section, SandboxMode fallback) =>
        section.Choice("sandbox", Words[(int)fallback], Words) is { } word ? (SandboxMode)Array.IndexOf(Words, word) : fallback;

    private static SandboxLimits Limits(ConfigSection section, SandboxLimits defaults) => defaults with
    {
        MaxMemory = section.Text("max_memory", "") == "none" ? null : section.Size("max_memory", defaults.MaxMemory!.Value),
        MaxCpu = section.Has("max_cpu") ? section.Duration("max_cpu", TimeSpan.FromSeconds(20)) : null,
        MaxProcesses = section.Number("max_processes", defaults.MaxProcesses, 1, 100_000),
        MaxTemp = section.Size("max_temp", defaults.MaxTemp),
    };

    private static IReadOnlyList<string> AbsolutePaths(ConfigSection section, string key)
    {
        var paths = section.TextList(key) ?? [];
        foreach (var path in paths.Where(p => !ConfigSection.IsAbsolutePath(p)))
        {
            section.Wrong(key, $"\"{Printable.Text(path, 80)}\" is no absolute path");
        }

        return paths;
    }

    private static Dictionary<string, string> Environment(ConfigSection section)
    {
        var variables = section.Section("environment");
        foreach (var name in variables.Keys.Where(n => n.Length == 0 || n.Contains('=')))
        {
            variables.Wrong(name, "is no name of an environment variable");
        }

        return variables.Keys.ToDictionary(n => n, n => variables.Text(n, ""));
    }

    private static HashSet<int> ExitCodes(ConfigSection section, IReadOnlyList<string> texts)
    {
        var codes = new HashSet<int>();
        foreach (var text in texts)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= 255)
            {
                codes.Add(code);
            }
            else
            {
                section.Wrong("success_exit_codes", $"\"{Printable.Text(text, 60)}\" is not allowed; expected whole numbers from 0 to 255");
            }
        }

        return codes;
    }
}
