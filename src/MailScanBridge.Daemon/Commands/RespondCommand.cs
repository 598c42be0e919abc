using System.CommandLine;
using System.Net;
using System.Net.NetworkInformation;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Response;
using MailScanBridge.Zeek;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Commands;

/// <summary><c>mailscan-bridge respond</c>: a process of its own that blocks what Zeek's NetControl asks for. Off unless somebody runs it.</summary>
internal static class RespondCommand
{
    public static Command Create()
    {
        var config = ConfigOption.Create();
        var clear = new Option<bool>("--clear") { Description = "Remove the table, and so let go of everything, and end." };
        var command = new Command("respond", "Block, for a while, what Zeek's NetControl asks for, with nftables. Needs CAP_NET_ADMIN, and nothing else of root's.") { config, clear };
        command.SetAction((parse, cancellationToken) => RunAsync(ConfigLoader.Load(ConfigOption.Find(parse.GetValue(config)), Environment.GetEnvironmentVariable), parse.GetValue(clear), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(BridgeConfig config, bool clear, CancellationToken cancellationToken)
    {
        var table = new NftTable(config.Respond.Options.Table, config.Respond.Options.Timeout);
        try
        {
            if (clear)
            {
                await table.DeleteAsync(cancellationToken);
                return 0;
            }

            if (config.Curve is null && !config.Respond.AllowUnauthenticated)
            {
                throw new StartException(
                    "The hub asks for no keys, so anyone who reaches it could have traffic blocked. Give both sides keys (hub.curve), or say respond.allow_unauthenticated: true where nobody but Zeek can reach it.");
            }

            using var loggers = LoggerFactory.Create(ConsoleLog.Configure);
            var logger = loggers.CreateLogger("MailScanBridge.Response");
            var endpoints = new ZeekClientOptions
            {
                HubXPub = config.HubXPub,
                HubXSub = config.HubXSub,
                Curve = config.Curve,
                NodeName = $"mailscan-responder-{config.Pipeline.Bridge}",
            };
            await using var client = new ZeekClient(endpoints, loggers.CreateLogger<ZeekClient>(), TimeProvider.System);
            var responder = new Responder(client, config.Pipeline.Bridge, table, config.Respond.Options, OwnAddresses, TimeProvider.System, logger);
            HostLog.ResponderStarted(logger, ProductVersion.Text, config.Pipeline.Bridge, config.HubXPub, config.HubXSub, config.Respond.Options.Table);
            await responder.RunAsync(cancellationToken);
            return 0;
        }
        catch (NftException e)
        {
            throw new StartException($"{e.Message} The responder needs nft (package nftables) and CAP_NET_ADMIN.", e);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0; // What is in force ends by itself.
        }
    }

    private static IReadOnlyList<IPAddress> OwnAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => new IPAddress(a.Address.GetAddressBytes()))];
}
