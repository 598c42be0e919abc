using System.Net;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Hashes;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Urls;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads <c>scanners</c>: a mapping from name to kind and the kind's own options.</summary>
internal static class ScannerReader
{
    private static readonly string[] Kinds = ["content", "hash_list", "hash_registry", "urls", "clamd", "yara", "command"];

    /// <summary>The file's scanners, and those built-in ones that it does not name. <c>enabled: false</c> switches one off: routes may still name it.</summary>
    /// <param name="own">The file's section.</param>
    /// <param name="builtIn">The built-in file's.</param>
    /// <param name="sandbox">What holds for a tool that says nothing of its own.</param>
    public static IReadOnlyList<ScannerConfig> Read(ConfigSection own, ConfigSection builtIn, SandboxMode sandbox)
    {
        var scanners = new List<ScannerConfig>();
        foreach (var name in builtIn.Keys.Where(k => !own.Keys.Contains(k)).ToList())
        {
            Add(scanners, name, builtIn.Section(name), sandbox);
        }

        foreach (var name in own.Keys.ToList())
        {
            Add(scanners, name, Merged(own.Section(name), builtIn, name), sandbox);
        }

        return scanners;
    }

    /// <summary>A scanner of the built-in file that is named without its kind keeps what is not said: one line switches it on or moves it.</summary>
    private static ConfigSection Merged(ConfigSection own, ConfigSection builtIn, string name) =>
        !own.Has("kind") && builtIn.Keys.Contains(name) ? own.Over(builtIn.Section(name)) : own;

    private static void Add(List<ScannerConfig> scanners, string name, ConfigSection section, SandboxMode sandbox)
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
            case "hash_registry":
                options = HashRegistry(section);
                break;
            case "urls":
                options = Urls(section);
                break;
            case "clamd":
                options = Clamd(section);
                break;
            case "yara":
                options = CommandReader.Yara(section, sandbox);
                break;
            case "command":
                options = CommandReader.Read(section, sandbox);
                break;
        }

        var unsafePaths = kind is "hash_list" or "clamd" or "yara" or "command" && section.Flag("allow_unsafe_paths", false);
        section.NothingElse();
        scanners.Add(new ScannerConfig(name, kind, options, unsafePaths));
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

    private static HashRegistryOptions HashRegistry(ConfigSection section)
    {
        var options = new HashRegistryOptions();
        var resolver = section.Text("resolver", "");
        IPEndPoint? address = null;
        if (resolver.Length > 0 && !(IPEndPoint.TryParse(resolver, out address) && address.Port > 0))
        {
            section.Wrong("resolver", $"\"{Printable.Text(resolver, 80)}\" is not allowed; expected an address and a port, such as 127.0.0.1:53 or [::1]:53");
        }

        var guard = Guard(section, options.Guard);
        return options with
        {
            Zone = section.Zone("zone", options.Zone),
            Hash = section.Choice("hash", "sha256", "md5", "sha1", "sha256") switch { "md5" => HashKind.Md5, "sha1" => HashKind.Sha1, _ => HashKind.Sha256 },
            Resolver = address,
            MaliciousAt = section.Number("malicious_at", options.MaliciousAt, 1, 101),
            Guard = guard with { Rate = guard.Rate ?? options.Guard.Rate },
        };
    }

    private static UrlScannerOptions Urls(ConfigSection section)
    {
        var options = new UrlScannerOptions();
        return options with
        {
            MaxBytes = Math.Min(Array.MaxLength, section.Size("max_bytes", options.MaxBytes)),
            MaxUrls = section.Number("max_urls", options.MaxUrls, 1, 10_000_000),
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
        else if (options.Address.StartsWith("tcp:", StringComparison.Ordinal) && !new Uri(options.Address).IsLoopback && !section.Flag("allow_remote", false))
        {
            section.Wrong("address", $"{Printable.Text(options.Address, 80)} is not on this machine: files would travel in the clear to whoever answers there. If that is meant: allow_remote: true");
        }

        section.Has("allow_remote");

        return options with
        {
            Guard = Guard(section, options.Guard),
            MaxSize = section.Size("max_size", options.MaxSize),
            PassFiles = section.Flag("pass_files", options.PassFiles),
            MaxDatabaseAge = section.Duration("max_database_age", options.MaxDatabaseAge, maxDays: 3650),
        };
    }

    /// <summary>What is told of every tool in the same words.</summary>
    internal static ToolGuardOptions Guard(ConfigSection section, ToolGuardOptions defaults) => defaults with
    {
        Timeout = section.Duration("timeout", defaults.Timeout),
        Concurrency = section.Number("concurrency", defaults.Concurrency, 1, 1000),
        Retries = section.Number("retries", defaults.Retries, 0, 10),
        BreakAfter = section.Number("break_after", defaults.BreakAfter, 2, 1000),
        BreakFor = section.Duration("break_for", defaults.BreakFor),
        Rate = section.Rate("rate"),
    };
}
