using MailScanBridge.Daemon.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>Runs the bridge inside the .NET host, which turns SIGTERM and systemd's wishes into an orderly stop.</summary>
internal sealed class BridgeService(BridgeConfig config, ILoggerFactory loggers, IHostApplicationLifetime lifetime, ExitCode exit) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var logger = loggers.CreateLogger("MailScanBridge");
        try
        {
            await using var bridge = await Bridge.OpenAsync(config, TimeProvider.System, loggers, stoppingToken);
            HostLog.Started(
                logger, ProductVersion.Text, config.Pipeline.Bridge, bridge.HubXPub, bridge.HubXSub, config.HostHub ? "hosted here" : "elsewhere",
                config.Custody.Spool, Path.GetDirectoryName(config.Custody.Store)!);
            await bridge.RunAsync(stoppingToken);
        }
        catch (StartException e)
        {
            await Console.Error.WriteLineAsync($"mailscan-bridge: {e.Message}");
            exit.Value = 2;
        }
        catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            HostLog.Failed(logger, e.Message, e);
            exit.Value = 1;
        }
        finally
        {
            lifetime.StopApplication();
        }
    }
}

/// <summary>What the process ends with: 0 in order, 1 after a failure, 2 when it could not start.</summary>
internal sealed class ExitCode
{
    public int Value { get; set; }
}
