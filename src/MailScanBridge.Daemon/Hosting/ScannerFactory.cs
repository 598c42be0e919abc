using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Hashes;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>A configured scanner as found on this machine.</summary>
/// <param name="Name">As routes call it.</param>
/// <param name="Scanner">Null where the machine does not have it.</param>
/// <param name="Absent">What is missing; null where it is there.</param>
internal sealed record FoundScanner(string Name, IScanner? Scanner, string? Absent);

/// <summary>Makes the configured scanners and asks each whether it is there.</summary>
internal static class ScannerFactory
{
    /// <summary>Probes all of them at once.</summary>
    /// <exception cref="FormatException">No line of a hash list is a hash.</exception>
    public static async Task<IReadOnlyList<FoundScanner>> ProbeAsync(IReadOnlyList<ScannerConfig> configs, TimeProvider time, CancellationToken cancellationToken) =>
        await Task.WhenAll(configs.Select(c => ProbeAsync(c, time, cancellationToken)));

    private static async Task<FoundScanner> ProbeAsync(ScannerConfig config, TimeProvider time, CancellationToken cancellationToken)
    {
        switch (config.Options)
        {
            case null when config.Kind == ScannerConfig.SwitchedOff:
                return new FoundScanner(config.Name, null, "switched off (enabled: false)");
            case null:
                return new FoundScanner(config.Name, new ContentScanner(), null);
            case HashListOptions list:
                return File.Exists(list.Path)
                    ? new FoundScanner(config.Name, await Task.Run(() => HashListScanner.Load(config.Name, list), cancellationToken), null)
                    : new FoundScanner(config.Name, null, $"{list.Path} does not exist");
            case ClamdOptions options:
                var clamd = new ClamdScanner(config.Name, options, time);
                return await clamd.ProbeAsync(cancellationToken) is not null
                    ? new FoundScanner(config.Name, clamd, null)
                    : new FoundScanner(config.Name, null, $"no clamd answers at {options.Address}");
            case CommandOptions options:
                var command = new CommandScanner(config.Name, options, time);
                var absent = await command.ProbeAsync(cancellationToken);
                return new FoundScanner(config.Name, absent is null ? command : null, absent);
            default:
                throw new InvalidOperationException($"Scanner {config.Name} has no known kind.");
        }
    }
}
