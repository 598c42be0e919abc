using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Urls;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>The configured lists of URLs, block lists and commands, once for the scanner and for what Zeek asks.</summary>
internal sealed class UrlLists
{
    private readonly IReadOnlyList<UrlList> _lists;

    private UrlLists(IReadOnlyList<UrlList> lists, UrlLookup lookup)
    {
        _lists = lists;
        Lookup = lookup;
    }

    /// <summary>All of them, to ask.</summary>
    public UrlLookup Lookup { get; }

    /// <summary>Reads the lists, and says which command is not there; it stays among those to ask, since it may come.</summary>
    public static async Task<UrlLists> OpenAsync(UrlConfig config, SandboxSearch sandbox, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var commands = await Task.WhenAll(config.Commands.Select(OpenCommandAsync));
        IReadOnlyList<UrlList> files = [.. config.Lists.Select(l => new UrlList(l, logger))];
        var lists = new UrlLists(files, new UrlLookup([.. files, .. config.Dns.Select(d => new DnsBlockList(d, time)), .. commands], time));
        await lists.ReadAsync(cancellationToken);
        return lists;

        async Task<UrlCommand> OpenCommandAsync(UrlCommandOptions options)
        {
            var command = new UrlCommand(options, await sandbox.ForAsync(options.Command), time, logger);
            if (await command.ProbeAsync(cancellationToken) is { } missing)
            {
                HostLog.UrlCommandAbsent(logger, options.Name, missing);
            }

            return command;
        }
    }

    /// <summary>Reads the lists that changed since they were last read. Not safe for concurrent use with itself.</summary>
    public Task ReadAsync(CancellationToken cancellationToken) => Task.WhenAll(_lists.Select(l => Task.Run(() => l.Refresh(cancellationToken), cancellationToken)));
}
