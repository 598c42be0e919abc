using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Scanning.Clamd;
using MailScanBridge.Scanning.Commands;

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
    /// <exception cref="FormatException">A hash list has a line that is no hash.</exception>
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
            case string path:
                return File.Exists(path)
                    ? new FoundScanner(config.Name, HashListScanner.Load(config.Name, path), null)
                    : new FoundScanner(config.Name, null, $"{path} does not exist");
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
