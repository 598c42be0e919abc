using System.Data.Common;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Telemetry;
using MailScanBridge.Zeek;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>The daemon put together: hub (if it hosts one), event client, scanners, pipeline. Both <c>run</c> and <c>demo</c> use it.</summary>
internal sealed class Bridge : IAsyncDisposable
{
    private readonly FileStream _lock;
    private readonly ZeekHub? _hub;
    private readonly ZeekClient _client;
    private readonly ScanPipeline _pipeline;
    private readonly ScannerSearch _search;
    private readonly UrlDesk _urls;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private Bridge(
        FileStream stateLock, ZeekHub? hub, ZeekClient client, ZeekClientOptions endpoints, ScanPipeline pipeline, UrlDesk urls, IReadOnlyList<FoundScanner> scanners, ScannerSearch search,
        TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _search = search;
        _urls = urls;
        _lock = stateLock;
        _hub = hub;
        _client = client;
        HubXPub = endpoints.HubXPub;
        HubXSub = endpoints.HubXSub;
        _pipeline = pipeline;
        Scanners = scanners;
    }

    /// <summary>Every configured scanner as it was found at the start, those that were absent too.</summary>
    public IReadOnlyList<FoundScanner> Scanners { get; }

    /// <summary>The hub's XPUB, with the port it got.</summary>
    public string HubXPub { get; }

    /// <summary>The hub's XSUB, with the port it got.</summary>
    public string HubXSub { get; }

    /// <summary>Opens everything; nothing runs yet.</summary>
    /// <exception cref="StartException">Something that the operator can mend: the message says what and how.</exception>
    public static async Task<Bridge> OpenAsync(BridgeConfig config, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        CheckDirectories(config);
        RefuseUnsafeEndpoints(config);
        var stateLock = LockState(config);
        ZeekHub? hub = null;
        try
        {
            var logger = loggers.CreateLogger("MailScanBridge.Scanners");
            var sandbox = new SandboxSearch(logger);
            var lists = await UrlLists.OpenAsync(config.Urls, sandbox, time, loggers.CreateLogger("MailScanBridge.Urls"), cancellationToken);
            var factory = new ScannerFactory(Path.Combine(Path.GetDirectoryName(config.Custody.Store)!, "rules"), lists.Lookup, sandbox, time, logger);
            var scanners = await FindScannersAsync(config, factory, logger, cancellationToken);
            var present = scanners.Select(s => s.Scanner).OfType<IScanner>().ToList();
            await SelfTest.RunAsync(config.Custody.Store, config.Unpacking, config.Routes, present, time, cancellationToken);
            hub = config.HostHub ? StartHub(config, loggers) : null;
            var endpoints = new ZeekClientOptions
            {
                HubXPub = hub?.XPubEndpoint ?? config.HubXPub,
                HubXSub = hub?.XSubEndpoint ?? config.HubXSub,
                Curve = config.Curve,
                NodeName = $"mailscan-bridge-{config.Pipeline.Bridge}",
            };
            var client = new ZeekClient(endpoints, loggers.CreateLogger<ZeekClient>(), time);
            var metrics = new MailScanMetrics();
            var parts = new PipelineParts
            {
                Metrics = metrics,
                MailParts = config.MailParts,
                Pipeline = config.Pipeline,
                Custody = config.Custody,
                Queue = config.Queue,
                Overload = config.Overload,
                Cache = config.Cache,
                Unpacking = config.Unpacking,
                Passwords = config.Passwords,
                ExternalUnpackers = await UnpackerSearch.FindAsync(config.External, sandbox, metrics, logger, cancellationToken),
                Replies = config.Replies,
                Routes = config.Routes,
                Scanners = present,
                Quarantine = config.Quarantine,
                Disk = config.Disk,
                Absent = scanners.Where(s => s.Scanner is null).ToDictionary(s => s.Name, s => s.Absent!),
                VerdictLogPath = config.VerdictLogPath,
                AuditLogPath = config.AuditLogPath,
            };
            var pipeline = new ScanPipeline(parts, client, time, loggers);
            var urls = new UrlDesk(config, lists, endpoints, pipeline.Epoch, metrics, time, loggers);
            return new Bridge(stateLock, hub, client, endpoints, pipeline, urls, scanners, new ScannerSearch(config, factory, time, logger), time, logger);
        }
        catch (Exception e)
        {
            await stateLock.DisposeAsync();
            if (hub is not null)
            {
                await hub.DisposeAsync();
            }

            if (e is InvalidDataException or IOException or UnauthorizedAccessException or DbException)
            {
                throw new StartException(e.Message, e); // A later daemon's journal, or a file that may not be opened.
            }

            throw;
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lists = new ListWatch(_time, _logger, stop.Token);
        foreach (var scanner in Scanners.Select(s => s.Scanner).OfType<IScanner>())
        {
            lists.Add(scanner);
        }

        var looking = _search.RunAsync(
            [.. Scanners.Where(s => s.Scanner is null).Select(s => s.Name)],
            found =>
            {
                _pipeline.Add(found);
                lists.Add(found);
            },
            stop.Token);
        Task[] rooms = [_pipeline.RunAsync(stop.Token), _urls.RunAsync(stop.Token)];
        try
        {
            await await Task.WhenAny(rooms);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        finally
        {
            await stop.CancelAsync();
            await looking;
            await lists.EndAsync();
            await Task.WhenAll(rooms).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default); // The first to end is told above.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _urls.DisposeAsync();
        await _pipeline.DisposeAsync();
        await _client.DisposeAsync();
        if (_hub is not null)
        {
            await _hub.DisposeAsync();
        }

        await _lock.DisposeAsync();
    }

    /// <summary>Two daemons over one state would scan, answer and delete each other's files.</summary>
    private static FileStream LockState(BridgeConfig config)
    {
        var path = Path.Combine(Path.GetDirectoryName(config.Custody.Store)!, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The state directory is in use, or not writable: {e.Message} Is another mailscan-bridge running? Each needs a state of its own (state, or MAILSCAN_STATE).", e);
        }
    }

    private static ZeekHub StartHub(BridgeConfig config, ILoggerFactory loggers)
    {
        var hub = new ZeekHub(new ZeekHubOptions { XPub = config.HubXPub, XSub = config.HubXSub }, loggers.CreateLogger<ZeekHub>());
        try
        {
            hub.Start();
            return hub;
        }
        catch (ZeekException e)
        {
            throw new StartException($"{e.Message} Is another mailscan-bridge running? Other ports: hub.xpub and hub.xsub, and on the Zeek side MAILSCAN_HUB_XPUB and MAILSCAN_HUB_XSUB.", e);
        }
    }

    private static async Task<IReadOnlyList<FoundScanner>> FindScannersAsync(BridgeConfig config, ScannerFactory factory, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            var found = await factory.ProbeAsync(config.Scanners, cancellationToken);
            foreach (var scanner in found)
            {
                if (scanner.Scanner is { } there)
                {
                    HostLog.ScannerFound(logger, scanner.Name, there.Version ?? "");
                }
                else
                {
                    HostLog.ScannerAbsent(logger, scanner.Name, scanner.Absent!);
                }
            }

            return found;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(e.Message, e);
        }
    }

    private static void CheckDirectories(BridgeConfig config)
    {
        if (!Directory.Exists(config.Custody.Spool))
        {
            throw new StartException(
                $"The spool {config.Custody.Spool} does not exist. Create it so that Zeek's user can write and the daemon's user can move files out: " +
                $"install -d -m 2770 -g mailscan {config.Custody.Spool}. Another place: spool in the configuration, or MAILSCAN_SPOOL on both sides.");
        }

        try
        {
            Directory.CreateDirectory(config.Custody.Store, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.CreateDirectory(Path.GetDirectoryName(config.VerdictLogPath)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The state directory cannot be made: {e.Message} Another place: state in the configuration, or MAILSCAN_STATE.", e);
        }
    }

    /// <summary>Nobody unknown gets in: without encryption and keys, only the machine itself may be spoken to.</summary>
    private static void RefuseUnsafeEndpoints(BridgeConfig config)
    {
        foreach (var endpoint in (string[])[config.HubXPub, config.HubXSub])
        {
            if (config.Curve is not null)
            {
                continue; // Whoever is there has proved that it knows the keys.
            }

            if (!Uri.TryCreate(endpoint.Replace(":*", ":0", StringComparison.Ordinal), UriKind.Absolute, out var uri) || uri.Scheme != "tcp" || !uri.IsLoopback)
            {
                throw new StartException($"{endpoint} is not allowed: the hub must be on loopback, as tcp://127.0.0.1:PORT or tcp://[::1]:PORT, since anybody who reaches it can read and forge verdicts.");
            }
        }
    }
}

/// <summary>The daemon cannot start, for a reason that the operator can mend.</summary>
internal sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
