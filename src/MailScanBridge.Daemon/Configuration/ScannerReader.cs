using System.Globalization;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Hashes;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads <c>scanners</c>: a mapping from name to kind and the kind's own options.</summary>
internal static class ScannerReader
{
    private static readonly string[] Kinds = ["content", "hash_list", "clamd", "command"];

    /// <summary>The file's scanners, and those built-in ones that it does not name. <c>enabled: false</c> switches one off: routes may still name it.</summary>
    public static IReadOnlyList<ScannerConfig> Read(ConfigSection own, ConfigSection builtIn)
    {
        var scanners = new List<ScannerConfig>();
        foreach (var name in builtIn.Keys.Where(k => !own.Keys.Contains(k)).ToList())
        {
            Add(scanners, name, builtIn.Section(name));
        }

        foreach (var name in own.Keys.ToList())
        {
            Add(scanners, name, own.Section(name));
        }

        return scanners;
    }

    private static void Add(List<ScannerConfig> scanners, string name, ConfigSection section)
    {
        if (!section.Flag("enabled", true))
        {
            scanners.Add(new ScannerConfig(name, ScannerConfig.SwitchedOff, null));
            return;
        }

        var kind = section.Choice("kind", "", Kinds);
        object? options = null;
        switch (kind)
        {
            case "" when !section.Has("kind"):
                section.Wrong("kind", $"is required: one of {string.Join(", ", Kinds)}");
                break;
            case "content" when name != "content":
                section.Wrong("kind", "the built-in content scanner has one name: content");
                break;
            case "hash_list":
                options = HashList(section);
                break;
            case "clamd":
                options = Clamd(section);
                break;
            case "command":
                options = Command(section);
                break;
        }

        section.NothingElse();
        scanners.Add(new ScannerConfig(name, kind, options));
    }

    private static HashListOptions HashList(ConfigSection section)
    {
        var options = new HashListOptions { Path = section.AbsolutePath("path", "") };
        return options with
        {
            KnownGood = section.Choice("known", "bad", "bad", "good") == "good",
            Reload = section.Duration("reload", options.Reload),
        };
    }

    private static ClamdOptions Clamd(ConfigSection section)
    {
        var options = new ClamdOptions { Address = section.RequiredText("address") };
        if (options.Address.Length > 0 && !options.Address.StartsWith('/') && !(Uri.TryCreate(options.Address, UriKind.Absolute, out var uri) && uri is { Scheme: "tcp", Port: > 0 }))
        {
            section.Wrong("address", $"\"{Printable.Text(options.Address, 80)}\" is not allowed; expected an absolute socket path, or tcp://host:port");
        }
        else if (options.Address.StartsWith('/') && System.Text.Encoding.UTF8.GetByteCount(options.Address) > 107)
        {
            section.Wrong("address", "a socket's path has at most 107 bytes");
        }

        return options with
        {
            Timeout = section.Duration("timeout", options.Timeout),
            MaxSize = section.Size("max_size", options.MaxSize),
            Concurrency = section.Number("concurrency", options.Concurrency, 1, 1000),
        };
    }

    private static CommandOptions Command(ConfigSection section)
    {
        var options = new CommandOptions { Command = section.TextList("command") ?? [] };
        if (options.Command.Count == 0)
        {
            section.Wrong("command", "is required: program and arguments as a list, such as [yara, \"{rules}\", \"{sample}\"]");
        }
        else if (!options.Command.Contains("{sample}"))
        {
            section.Wrong("command", "must have {sample} as an argument of its own: the path of what is scanned");
        }

        var files = section.Section("files");
        if (files.Keys.Contains("sample"))
        {
            files.Wrong("sample", "{sample} stands for what is scanned: give this file another name");
        }

        var exitCodes = section.TextList("success_exit_codes");
        return options with
        {
            Files = files.Keys.ToDictionary(k => k, k => files.AbsolutePath(k, "")),
            VersionCommand = section.TextList("version_command"),
            LooksAtContent = section.Flag("looks_at_content", options.LooksAtContent),
            SuccessExitCodes = exitCodes is null ? options.SuccessExitCodes : ExitCodes(section, exitCodes),
            SuccessPattern = section.Pattern("success_pattern"),
            StandardErrorIsFailure = section.Flag("stderr_is_failure", options.StandardErrorIsFailure),
            Findings = [.. (section.SectionList("findings") ?? []).Select(Finding).OfType<FindingRule>()],
            Timeout = section.Duration("timeout", options.Timeout),
            MaxOutput = (int)Math.Min(int.MaxValue, section.Size("max_output", options.MaxOutput)),
            MaxSize = section.Size("max_size", options.MaxSize),
            Concurrency = section.Number("concurrency", options.Concurrency, 1, 1000),
        };
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

    private static FindingRule? Finding(ConfigSection section)
    {
        var pattern = section.Pattern("pattern");
        if (pattern is null && !section.Has("pattern"))
        {
            section.Wrong("pattern", "is required: a regular expression with a group (?<name>...)");
        }
        else if (pattern is not null && !pattern.GetGroupNames().Contains("name"))
        {
            section.Wrong("pattern", "must have a group (?<name>...): the finding's name");
        }

        var rule = pattern is null ? null : new FindingRule(pattern);
        var score = section.Number("score", 50, 0, 100);
        var maliciousAt = section.Number("malicious_at", 75, 0, 101);
        section.NothingElse();
        return rule is null ? null : rule with { Score = score, MaliciousAt = maliciousAt };
    }
}
