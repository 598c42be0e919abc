using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Telemetry;
using MailScanBridge.Urls;
using MailScanBridge.Zeek;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>The lists of URLs, kept fresh, and the service that answers Zeek from them.</summary>
internal sealed class UrlDesk : IAsyncDisposable
{
    private readonly UrlConfig _config;
    private readonly UrlLists _lists;
    private readonly ZeekClient _client;
    private readonly UrlService _service;
    private readonly TimeProvider _time;

    public UrlDesk(BridgeConfig config, UrlLists lists, ZeekClientOptions endpoints, ulong epoch, MailScanMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        _config = config.Urls;
        _time = time;
        var logger = loggers.CreateLogger("MailScanBridge.Urls");
        _lists = lists;
        _client = new ZeekClient(endpoints with { NodeName = $"{endpoints.NodeName}-urls" }, loggers.CreateLogger<ZeekClient>(), time);
        _service = new UrlService(_client, lists.Lookup, _config.Service, config.Pipeline.Bridge, epoch, metrics, time, logger);
    }

    /// <summary>Answers, and reads lists that changed, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(_service.RunAsync(stop.Token), RefreshAsync(stop.Token));
        await stop.CancelAsync();
        await first;
    }

    public async ValueTask DisposeAsync() => await _client.DisposeAsync();

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_config.Service.Refresh, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await _lists.ReadAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end that was asked for; which of the two tasks sees it first must not matter.
        }
    }
}
