using MailScanBridge.Zeek.Telemetry;
using MailScanBridge.Zeek.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NetMQ;
using NetMQ.Sockets;

namespace MailScanBridge.Zeek;

/// <summary>
/// A hub inside this process, for Zeek nodes and clients on this host: binds an XPUB and an XSUB socket and passes events one way and subscriptions the other, as
/// the proxy thread of Zeek's own manager does.
/// </summary>
/// <remarks>
/// <para>Anyone who can connect to it can read and publish everything, so it listens on loopback addresses only.</para>
/// <para>Thread safety: all members may be used by any thread; <see cref="Start"/> once.</para>
/// </remarks>
public sealed class ZeekHub : IAsyncDisposable
{
    private readonly ZeekHubOptions _options;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private XPublisherSocket? _xPub;
    private XSubscriberSocket? _xSub;
    private volatile bool _stopping;
    private long _forwarded;
    private long _subscriptions;

    /// <summary>Makes a hub; it does not listen before <see cref="Start"/>.</summary>
    /// <param name="options">Where to listen and what to hold at most; the defaults where null.</param>
    /// <param name="logger">Where to log; nowhere by default.</param>
    /// <exception cref="ZeekHubException">An endpoint is not a loopback address.</exception>
    public ZeekHub(ZeekHubOptions? options = null, ILogger<ZeekHub>? logger = null)
    {
        _options = options ?? new ZeekHubOptions();
        _logger = logger ?? NullLogger<ZeekHub>.Instance;
        XPubEndpoint = LoopbackEndpoint.Text(LoopbackEndpoint.Parse(_options.XPub));
        XSubEndpoint = LoopbackEndpoint.Text(LoopbackEndpoint.Parse(_options.XSub));
    }

    /// <summary>Where subscribers connect; with the actual port once started.</summary>
    public string XPubEndpoint { get; private set; }

    /// <summary>Where publishers connect; with the actual port once started.</summary>
    public string XSubEndpoint { get; private set; }

    /// <summary>Messages that came from publishers.</summary>
    public long Forwarded => Volatile.Read(ref _forwarded);

    /// <summary>Subscriptions and ends of subscriptions that came from subscribers.</summary>
    public long SubscriptionChanges => Volatile.Read(ref _subscriptions);

    /// <summary>Starts to listen.</summary>
    /// <exception cref="ZeekHubException">A port is taken, or cannot be listened on.</exception>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        if (_xPub is not null)
            throw new InvalidOperationException("The hub was started before.");
        _xPub = new XPublisherSocket();
        _xSub = new XSubscriberSocket();
        _xPub.Options.XPubVerbose = true;
        _xPub.Options.SendHighWatermark = _options.SubscriberQueueCapacity;
        _xSub.Options.SendHighWatermark = 0;
        XPubEndpoint = Bind(_xPub, _options.XPub);
        XSubEndpoint = Bind(_xSub, _options.XSub);
        Log.HubListens(_logger, XPubEndpoint, XSubEndpoint);
        new Thread(Run) { IsBackground = true, Name = "zeek hub" }.Start();
    }

    /// <summary>Stops listening and closes all connections.</summary>
    /// <returns>A task that completes when the hub is gone.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_xPub is null)
            return;
        _stopping = true;
        await _ended.Task.ConfigureAwait(false);
    }

    private string Bind(NetMQSocket socket, string endpoint)
    {
        var address = LoopbackEndpoint.Parse(endpoint);
        socket.Options.Linger = TimeSpan.Zero;
        socket.Options.MaxMsgSize = _options.MaxMessageBytes;
        socket.Options.IPv4Only = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        try
        {
            socket.Bind(LoopbackEndpoint.Text(address));
        }
        catch (NetMQException e)
        {
            _xPub?.Dispose();
            _xSub?.Dispose();
            _xPub = null;
            throw new ZeekHubException(endpoint, $"The hub cannot listen on '{endpoint}': {e.Message} Is another hub, or Zeek's own, running there?", e);
        }

        return socket.Options.LastEndpoint ?? endpoint;
    }

    private void Run()
    {
        var selector = new NetMQSelector();
        NetMQSelector.Item[] items = [new(_xPub!, PollEvents.PollIn), new(_xSub!, PollEvents.PollIn)];
        var message = new Msg();
        message.InitEmpty();
        while (!_stopping)
        {
            try
            {
                selector.Select(items, items.Length, 100);
                Volatile.Write(ref _subscriptions, _subscriptions + Forward(_xPub!, _xSub!, ref message));
                Volatile.Write(ref _forwarded, _forwarded + Forward(_xSub!, _xPub!, ref message));
            }
            catch (NetMQException e)
            {
                Log.HubFailed(_logger, e);
            }
        }

        message.Close();
        _xPub!.Dispose();
        _xSub!.Dispose();
        _ended.SetResult();
    }

    // Whole messages, part by part, in batches so that neither direction starves the other.
    private static int Forward(NetMQSocket from, NetMQSocket to, ref Msg message)
    {
        var count = 0;
        while (count < 256 && from.TryReceive(ref message, TimeSpan.Zero))
        {
            var more = message.HasMore;
            to.TrySend(ref message, TimeSpan.Zero, more);
            if (!more)
                count++;
        }

        return count;
    }
}
