using System.CommandLine;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MailScanBridge.Daemon.Commands;

/// <summary><c>mailscan-bridge run</c>: the daemon, in the foreground, until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var config = ConfigOption.Create();
        var command = new Command("run", "Run the daemon in the foreground, until SIGTERM or Ctrl-C.") { config };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetValue(config), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? path, CancellationToken cancellationToken)
    {
        var config = ConfigLoader.Load(ConfigOption.Find(path), Environment.GetEnvironmentVariable);
        var exit = new ExitCode();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSystemd();
        builder.Services.AddSingleton(config);
        builder.Services.AddSingleton(exit);
        builder.Services.AddHostedService<BridgeService>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        ConsoleLog.Configure(builder.Logging);
        using var host = builder.Build();
        await host.RunAsync(cancellationToken);
        return exit.Value;
    }
}
