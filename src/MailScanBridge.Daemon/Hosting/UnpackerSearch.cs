using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning.External;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking.External;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>Looks for the programs that take containers apart (<c>unpacking.external</c>) and says what is there.</summary>
internal static class UnpackerSearch
{
    public static async Task<IReadOnlyList<IExternalUnpacker>> FindAsync(ExternalConfig config, SandboxSearch search, MailScanMetrics metrics, ILogger logger, CancellationToken cancellationToken)
    {
        var sandbox = config.Programs.Count == 0 || config.Sandbox == SandboxMode.Off ? Sandbox.None("switched off") : await search.FindAsync();
        var found = new List<IExternalUnpacker>();
        foreach (var name in config.Programs)
        {
            var (program, missing) = await (name switch
            {
                "bsdtar" => BsdTarUnpacker.FindAsync(config.Sandbox, sandbox, cancellationToken, metrics),
                "7z" => SevenZipUnpacker.FindAsync(config.Sandbox, sandbox, cancellationToken, metrics),
                _ => QpdfUnpacker.FindAsync(config.Sandbox, sandbox, cancellationToken, metrics),
            });
            if (program is not null)
            {
                HostLog.UnpackerFound(logger, program.Name);
                found.Add(program);
            }
            else
            {
                HostLog.UnpackerAbsent(logger, name, missing ?? "");
            }
        }

        return found;
    }
}
