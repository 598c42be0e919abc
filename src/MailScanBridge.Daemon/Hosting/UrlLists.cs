using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Urls;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>The configured lists of URLs and block lists, once for the scanner and for what Zeek asks.</summary>
internal sealed class UrlLists
{
    private readonly IReadOnlyList<UrlList> _lists;

    public UrlLists(UrlConfig config, TimeProvider time, ILogger logger)
    {
        _lists = [.. config.Lists.Select(l => new UrlList(l, logger))];
        Lookup = new UrlLookup([.. _lists, .. config.Dns.Select(d => new DnsBlockList(d, time))], time);
    }

    /// <summary>All of them, to ask.</summary>
    public UrlLookup Lookup { get; }

    /// <summary>Reads the lists that changed since they were last read. Not safe for concurrent use with itself.</summary>
    public Task ReadAsync(CancellationToken cancellationToken) => Task.WhenAll(_lists.Select(l => Task.Run(() => l.Refresh(cancellationToken), cancellationToken)));
}
