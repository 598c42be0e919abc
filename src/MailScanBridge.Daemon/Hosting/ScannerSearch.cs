using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>Looks again, from time to time, for configured scanners that were absent: after a boot, clamd loads for longer than the daemon starts.</summary>
internal sealed class ScannerSearch(BridgeConfig config, ScannerFactory factory, TimeProvider time, ILogger logger)
{
    /// <summary>Runs until cancelled or until nothing is absent any more.</summary>
    /// <param name="absent">Names of the scanners to look for.</param>
    /// <param name="found">Told each one that is there now.</param>
    /// <param name="cancellationToken">Ends the search without an exception.</param>
    public async Task RunAsync(IReadOnlyCollection<string> absent, Action<IScanner> found, CancellationToken cancellationToken)
    {
        var missing = config.Scanners.Where(s => absent.Contains(s.Name)).ToList();
        var told = new HashSet<string>();
        using var timer = new PeriodicTimer(config.Pipeline.LookAgain, time);
        try
        {
            while (missing.Count > 0 && await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var scanner in missing.ToList())
                {
                    if (await LookAsync(scanner, told, cancellationToken) is { } there)
                    {
                        HostLog.ScannerFound(logger, scanner.Name, there.Version ?? "");
                        found(there);
                        missing.Remove(scanner);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The daemon stops.
        }
    }

    private async Task<IScanner?> LookAsync(ScannerConfig scanner, HashSet<string> told, CancellationToken cancellationToken)
    {
        try
        {
            return (await factory.ProbeAsync([scanner], cancellationToken))[0].Scanner;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            if (told.Add(scanner.Name))
            {
                HostLog.ScannerAbsent(logger, scanner.Name, e.Message); // There, and not usable: said once.
            }

            return null;
        }
    }
}
