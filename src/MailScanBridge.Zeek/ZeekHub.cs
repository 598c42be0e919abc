using MailScanBridge.Zeek.Telemetry;
using MailScanBridge.Zeek.Transport;
using MailScanBridge.Zeek.Transport.Hub;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailScanBridge.Zeek;

/// <summary>
/// A hub inside this process, for Zeek nodes and clients on this host: passes events from publishers to the subscribers of their topics, and subscriptions to
/// the publishers, as the proxy thread of Zeek's own manager does.
/// </summary>
/// <remarks>
/// <para>Anyone who can connect to it can read and publish everything, so it listens on loopback addresses only.</para>
/// <para>It speaks ZMTP 3.0 itself, and counts what a slow subscriber does not take. Unlike Zeek's proxy it never holds up a publisher for a slow subscriber.</para>
/// <para>Thread safety: all members may be used by any thread; <see cref="Start"/> once.</para>
/// </remarks>
public sealed class ZeekHub : IAsyncDisposable
{
    private readonly ZeekHubOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly HubRouter _router = new();
    private readonly CancellationTokenSource _stopping = new();
    private HubListener? _xPub;
    private HubListener? _xSub;
    private Task _running = Task.CompletedTask;
    private readonly long[] _ended = new long[Enum.GetValues<HubPeerEnd>().Length];
    private int _disposed;

    /// <summary>Makes a hub; it does not listen before <see cref="Start"/>.</summary>
    /// <param name="options">Where to listen and what to hold at most; the defaults where null.</param>
    /// <param name="logger">Where to log; nowhere by default.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="ZeekHubException">An endpoint is not a loopback address; the message lists every fault of the options.</exception>
    /// <exception cref="ArgumentException">Another option is not usable; the message lists every fault.</exception>
    public ZeekHub(ZeekHubOptions? options = null, ILogger<ZeekHub>? logger = null, TimeProvider? timeProvider = null)
    {
        _options = options ?? new ZeekHubOptions();
        _options.Validate();
        _logger = logger is null ? NullLogger.Instance : new GuardedLogger(logger);
        _time = timeProvider ?? TimeProvider.System;
        XPubEndpoint = LoopbackEndpoint.Text(LoopbackEndpoint.Parse(_options.XPub));
        XSubEndpoint = LoopbackEndpoint.Text(LoopbackEndpoint.Parse(_options.XSub));
    }

    /// <summary>Where subscribers connect; with the actual port once started.</summary>
    public string XPubEndpoint { get; private set; }

    /// <summary>Where publishers connect; with the actual port once started.</summary>
    public string XSubEndpoint { get; private set; }

    /// <summary>What the hub has done, and who is connected.</summary>
    public ZeekHubStatistics Statistics => _router.Statistics with
    {
        Refused = (_xPub?.Refused ?? 0) + (_xSub?.Refused ?? 0),
        Broken = Ended(HubPeerEnd.BadFrame),
        CutForTopics = Ended(HubPeerEnd.TooManyTopics),
        CutForNotices = Ended(HubPeerEnd.NoticesNotTaken),
    };

    /// <summary>Starts to listen.</summary>
    /// <exception cref="ZeekHubException">A port is taken, or cannot be listened on; the hub can be started again later.</exception>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_xSub is not null)
            throw new InvalidOperationException("The hub was started before.");
        _xPub = new HubListener(_options.XPub, _options.MaxPeers, socket => new HubSubscriber(socket, _router, _options));
        try
        {
            _xSub = new HubListener(_options.XSub, _options.MaxPeers, socket => new HubPublisher(socket, _router, _options));
        }
        catch (ZeekHubException)
        {
            _xPub.Dispose();
            _xPub = null;
            throw;
        }

        XPubEndpoint = _xPub.Endpoint;
        XSubEndpoint = _xSub.Endpoint;
        _running = Task.WhenAll(_xPub.RunAsync(_time, PeerEnded, _stopping.Token), _xSub.RunAsync(_time, PeerEnded, _stopping.Token));
        Log.HubListens(_logger, XPubEndpoint, XSubEndpoint);
    }

    /// <summary>Stops listening and closes all connections.</summary>
    /// <returns>A task that completes when the hub is gone.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _xPub?.Dispose();
        _xSub?.Dispose();
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private long Ended(HubPeerEnd why) => Interlocked.Read(ref _ended[(int)why]);

    private void PeerEnded(HubPeerEnd end, Exception? fault)
    {
        if (end == HubPeerEnd.Closed)
            return;
        var times = Interlocked.Increment(ref _ended[(int)end]);
        if (fault is not null)
        {
            Log.HubPeerFailed(_logger, fault);
            return;
        }

        // Whoever may connect may do so a thousand times a second, so only each doubling is a line.
        if (long.IsPow2(times))
            Log.HubPeerRefused(_logger, end, times);
    }
}
