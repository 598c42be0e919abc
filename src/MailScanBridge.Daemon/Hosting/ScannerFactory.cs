using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Hashes;
using MailScanBridge.Scanning.Yara;
using MailScanBridge.Urls;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>A configured scanner as found on this machine.</summary>
/// <param name="Name">As routes call it.</param>
/// <param name="Scanner">Null where the machine does not have it.</param>
/// <param name="Absent">What is missing; null where it is there.</param>
internal sealed record FoundScanner(string Name, IScanner? Scanner, string? Absent);

/// <summary>Makes the configured scanners and asks each whether it is there. Safe for concurrent use.</summary>
/// <param name="rules">Absolute path of the directory for compiled rules.</param>
/// <param name="urls">Where URLs are looked up; the scanner asks only what is on this machine.</param>
/// <param name="sandbox">This machine's.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For what is found and what is not.</param>
internal sealed class ScannerFactory(string rules, UrlLookup urls, SandboxSearch sandbox, TimeProvider time, ILogger logger)
{
    /// <summary>Probes all of them at once.</summary>
    /// <exception cref="FormatException">No line of a hash list is a hash.</exception>
    public async Task<IReadOnlyList<FoundScanner>> ProbeAsync(IReadOnlyList<ScannerConfig> configs, CancellationToken cancellationToken) =>
        await Task.WhenAll(configs.Select(c => ProbeAsync(c, cancellationToken)));

    private async Task<FoundScanner> ProbeAsync(ScannerConfig config, CancellationToken cancellationToken)
    {
        if (WhyUnsafe(config.Options) is { } why)
        {
            if (!config.AllowUnsafePaths)
            {
                return new FoundScanner(config.Name, null, $"{why}: who may change it decides what is clean (chown and chmod it, or allow_unsafe_paths: true)");
            }

            HostLog.UnsafePath(logger, config.Name, why);
        }

        switch (config.Options)
        {
            case null when config.Kind == ScannerConfig.SwitchedOff:
                return new FoundScanner(config.Name, null, ScanRunner.SwitchedOff);
            case null:
                return new FoundScanner(config.Name, new ContentScanner(), null);
            case HashListOptions list:
                return File.Exists(list.Path)
                    ? new FoundScanner(config.Name, await Task.Run(() => HashListScanner.Load(config.Name, list), cancellationToken), null)
                    : new FoundScanner(config.Name, null, $"{list.Path} does not exist");
            case HashRegistryOptions registry:
                return new FoundScanner(config.Name, new HashRegistryScanner(config.Name, registry, time, logger), null);
            case ClamdOptions options:
                var clamd = new ClamdScanner(config.Name, options, time, logger);
                var useless = await clamd.ProbeAsync(cancellationToken) is null ? $"no clamd answers at {options.Address}" : await clamd.CheckAsync(cancellationToken);
                return new FoundScanner(config.Name, useless is null ? clamd : null, useless);
            case YaraOptions options:
                var yara = new YaraScanner(config.Name, options, Path.Combine(rules, $"yara-{Uri.EscapeDataString(config.Name)}"), await sandbox.ForAsync(options.Command), time, logger);
                var missing = await yara.ProbeAsync(cancellationToken);
                return new FoundScanner(config.Name, missing is null ? yara : null, missing);
            case UrlScannerOptions options:
                var local = urls.OnThisMachine();
                return local.IsEmpty
                    ? new FoundScanner(config.Name, null, "no list of URLs is configured (urls.lists)")
                    : new FoundScanner(config.Name, new UrlScanner(config.Name, local, options), null);
            case CommandOptions options:
                var command = new CommandScanner(config.Name, options, await sandbox.ForAsync(options), time, logger);
                var absent = await command.ProbeAsync(cancellationToken);
                return new FoundScanner(config.Name, absent is null ? command : null, absent);
            default:
                throw new InvalidOperationException($"Scanner {config.Name} has no known kind.");
        }
    }

    private static string? WhyUnsafe(object? options) => options switch
    {
        HashListOptions list => PathTrust.OfFile(list.Path),
        ClamdOptions clamd => clamd.Address.StartsWith('/') ? PathTrust.OfSocket(clamd.Address) : null,
        YaraOptions yara => yara.Rules.Select(PathTrust.OfFile).FirstOrDefault(w => w is not null) ?? WhyUnsafe(yara.Command),
        CommandOptions command => command.Files.Values.Concat(Programs(command)).Select(PathTrust.OfFile).FirstOrDefault(w => w is not null),
        _ => null,
    };

    /// <summary>The programs that a command starts, where they are found.</summary>
    private static IEnumerable<string> Programs(CommandOptions options) =>
        new[] { options.Command, options.VersionCommand }.Where(c => c is { Count: > 0 }).Select(c => CommandScanner.FindProgram(c![0])).OfType<string>();
}
