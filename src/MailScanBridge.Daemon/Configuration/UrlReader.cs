using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Urls;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads where URLs are looked up.</summary>
internal static class UrlReader
{
    /// <param name="urls">The section.</param>
    /// <param name="sandbox">What holds for a command that says nothing of its own.</param>
    public static UrlConfig Read(ConfigSection urls, SandboxMode sandbox)
    {
        var defaults = new UrlServiceOptions();
        var names = new HashSet<string>();
        var config = new UrlConfig(
            [.. (urls.SectionList("lists") ?? []).Select(List)],
            [.. (urls.SectionList("dns") ?? []).Select(Dns)],
            [.. (urls.SectionList("commands") ?? []).Select(Command)],
            new UrlServiceOptions
            {
                Refresh = urls.Duration("refresh", defaults.Refresh),
                Timeout = urls.Duration("timeout", defaults.Timeout),
                MaxWaiting = urls.Number("max_waiting", defaults.MaxWaiting, 1, 1_000_000),
            });
        urls.NothingElse();
        return config;

        UrlListOptions List(ConfigSection list)
        {
            var options = new UrlListOptions(Name(list), list.AbsolutePath("path", ""));
            options = options with { Verdict = Verdict(list, options.Verdict), Score = list.Number("score", options.Score, 1, 100) };
            list.NothingElse();
            return options;
        }

        DnsBlockListOptions Dns(ConfigSection list)
        {
            var options = new DnsBlockListOptions(Name(list), list.Zone("zone", ""));
            if (!list.Has("zone"))
            {
                list.Wrong("zone", "is required");
            }

            options = options with { Verdict = Verdict(list, options.Verdict), Score = list.Number("score", options.Score, 1, 100) };
            list.NothingElse();
            return options;
        }

        UrlCommandOptions Command(ConfigSection command)
        {
            var options = new UrlCommandOptions(Name(command), CommandReader.Read(command, sandbox, UrlCommand.Placeholder));
            options = options with
            {
                MaxLength = command.Number("max_length", options.MaxLength, 1, 100_000),
                Keep = command.Duration("keep", options.Keep),
                MaxKept = command.Number("max_kept", options.MaxKept, 1, 10_000_000),
            };
            command.NothingElse();
            return options;
        }

        string Name(ConfigSection list)
        {
            var name = list.RequiredText("name");
            if (name.Length > 0 && !names.Add(name))
            {
                list.Wrong("name", $"\"{Printable.Text(name)}\" is there twice");
            }

            return name;
        }
    }

    private static VerdictKind Verdict(ConfigSection list, VerdictKind fallback) =>
        list.Choice("verdict", Words.Of(fallback), "malicious", "suspicious") == "malicious" ? VerdictKind.Malicious : VerdictKind.Suspicious;
}

/// <summary>Where URLs are looked up.</summary>
internal sealed record UrlConfig(IReadOnlyList<UrlListOptions> Lists, IReadOnlyList<DnsBlockListOptions> Dns, IReadOnlyList<UrlCommandOptions> Commands, UrlServiceOptions Service);
