using System.Globalization;
using System.Runtime.CompilerServices;
using MailScanBridge.Zeek.Telemetry;
using MailScanBridge.Zeek.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailScanBridge.Zeek;

/// <summary>
/// Sends and receives Zeek events over Zeek's ZeroMQ cluster backend (Zeek 8), as a node of the cluster does: it connects to the cluster's hub, and never listens.
/// </summary>
/// <remarks>
/// <para>The order of use: make it, <see cref="Subscribe"/>, <see cref="StartAsync"/>, then <see cref="ReadAllAsync"/> and <see cref="Publish(string, ZeekEvent)"/>, and at the end
/// <see cref="DisposeAsync"/>, without which the last events may not arrive. A lost connection is made anew by itself; <see cref="ConnectionEpoch"/> tells.</para>
/// <para>Events published by others before the subscription is live, or while the connection is lost, are not received; ZeroMQ keeps nothing.</para>
/// <para>Thread safety: all members may be used by any thread.</para>
/// </remarks>
public sealed partial class ZeekClient : IAsyncDisposable
{
    /// <summary>The name of the meter under which the client's metrics stand.</summary>
    public const string MeterName = "MailScanBridge.Zeek";

    private const int MaxTopicBytes = 1024;

    private readonly ZeekClientOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ClientCounters _counters = new();
    private readonly SubscriptionSet _subscriptions = new();
    private readonly TopicDirectory _directory;
    private readonly TopicCache _topics = new();
    private readonly ReceiveQueue _receiveQueue;
    private readonly SendQueue _sendQueue;
    private readonly PendingReplies _replies;
    private readonly PublisherAnswers _publisherAnswers = new();
    private readonly ClientLoop _loop;
    private readonly ZeekMetrics _metrics;
    private int _disposed;

    /// <summary>Makes a client; nothing is connected before <see cref="StartAsync"/>.</summary>
    /// <param name="options">How to connect and what to hold at most.</param>
    /// <param name="logger">Where to log; nowhere by default.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="ArgumentException">The options are not usable; the message lists every fault.</exception>
    public ZeekClient(ZeekClientOptions options, ILogger<ZeekClient>? logger = null, TimeProvider? timeProvider = null)
        : this(options, hub: null, logger, timeProvider)
    {
    }

    internal ZeekClient(ZeekClientOptions options, ZeekTestHub? hub, ILogger<ZeekClient>? logger, TimeProvider? timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _logger = logger is null ? NullLogger.Instance : new GuardedLogger(logger);
        _time = timeProvider ?? TimeProvider.System;
        NodeId = options.NodeId ?? MakeNodeId(options.NodeName);
        _directory = new TopicDirectory(options.KnownTopicsBytes);
        _receiveQueue = new ReceiveQueue(options, PassedOver, CountUndecodable);
        _sendQueue = new SendQueue(options.SendQueueCapacity, options.SendQueueBytes);
        _replies = new PendingReplies(options.Limits);
        var nodeId = System.Text.Encoding.UTF8.GetBytes(NodeId);
        var transport = hub?.NewTransport(nodeId) ?? new SocketTransport(options, nodeId, _time, Refused);
        _loop = new ClientLoop(options, NodeId, transport, _time, _logger, _counters, _subscriptions, _directory, _receiveQueue, _sendQueue, _replies, _publisherAnswers);
        _metrics = new ZeekMetrics(options.NodeName, _counters, _receiveQueue, _sendQueue, _directory, () => _loop.Up);
    }

    /// <summary>The id that travels with each event of this client.</summary>
    public string NodeId { get; }

    /// <summary>True while the connection to the hub is live both ways.</summary>
    public bool IsConnected => _loop.Up;

    /// <summary>How many connections there have been: 0 before the first, one more after each reconnect. A new number means that events may have been missed.</summary>
    public long ConnectionEpoch => _loop.Epoch;

    /// <summary>What the client has done since it was made.</summary>
    public ZeekClientStatistics Statistics => new()
    {
        Received = ClientCounters.Read(ref _counters.Received),
        ReceivedBytes = ClientCounters.Read(ref _counters.ReceivedBytes),
        OwnSkipped = ClientCounters.Read(ref _counters.OwnSkipped),
        Undecodable = _counters.Undecodable,
        Overflow = _receiveQueue.Dropped,
        PassedOver = Interlocked.Read(ref _counters.PassedOver),
        ReceiveQueueLength = _receiveQueue.Length,
        Published = ClientCounters.Read(ref _counters.Published),
        Sent = ClientCounters.Read(ref _counters.Sent),
        Confirmed = ClientCounters.Read(ref _counters.Confirmed),
        SendLost = ClientCounters.Read(ref _counters.SendLost),
        SendQueueLength = _sendQueue.Length,
        RefusedNoSubscriber = ClientCounters.Read(ref _counters.RefusedNoSubscriber),
        RefusedQueueFull = ClientCounters.Read(ref _counters.RefusedQueueFull),
        RefusedDisconnected = ClientCounters.Read(ref _counters.RefusedDisconnected),
        Disconnects = ClientCounters.Read(ref _counters.Disconnects),
        Pauses = ClientCounters.Read(ref _counters.Pauses),
        TopicsNotKept = _directory.NotKept,
        RefusedPeers = ClientCounters.Read(ref _counters.Downgrades),
    };

    /// <summary>Connects, and completes when the subscriptions made so far are proven to be live at the hub. Tries for as long as the hub is absent.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the trying: the client goes on until it is disposed, and this method may be called again to wait further.</param>
    /// <returns>A task that completes when the connection is live.</returns>
    /// <exception cref="ObjectDisposedException">The client is disposed, or is being so while this waits.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        _loop.Start();
        await WaitUntilAsync(() => _loop.Up, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes when there is a connection later than a given one.</summary>
    /// <param name="epoch">The epoch already known; 0 waits for the first connection.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The new epoch.</returns>
    /// <exception cref="ObjectDisposedException">The client is disposed while this waits.</exception>
    public async Task<long> WaitForConnectionAsync(long epoch, CancellationToken cancellationToken = default)
    {
        await WaitUntilAsync(() => _loop.Up && _loop.Epoch > epoch, cancellationToken).ConfigureAwait(false);
        return _loop.Epoch;
    }

    /// <summary>Subscribes to every topic that starts with a prefix, from now until the result is disposed, over all reconnects.</summary>
    /// <param name="topicPrefix">The prefix, compared byte by byte; end it in a dot. An empty one matches everything.</param>
    /// <returns>The subscription, whose <see cref="ZeekSubscription.Live"/> completes once it is known at the hub.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The prefix is longer than 1,024 bytes; Zeek's own topics are below 100.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public ZeekSubscription Subscribe(string topicPrefix)
    {
        ArgumentNullException.ThrowIfNull(topicPrefix);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(System.Text.Encoding.UTF8.GetByteCount(topicPrefix), MaxTopicBytes, nameof(topicPrefix));
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var live = _subscriptions.Add(topicPrefix);
        _loop.Signal();
        return new ZeekSubscription(topicPrefix, live, () =>
        {
            _subscriptions.Remove(topicPrefix);
            _loop.Signal();
        });
    }

    /// <summary>Reads events as they come in, but for those that have a reader of their own (<see cref="ReadAllAsync{T}"/>, <see cref="HandleAllAsync"/>) just then.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>
    /// The events; ends when the client is disposed. What cannot be decoded is counted, logged once per kind, and left out. The reading begins with the first event that is asked
    /// for; several readers share what there is, each event goes to one.
    /// </returns>
    public async IAsyncEnumerable<ZeekMessage> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var reader = _receiveQueue.Open();
        while (await reader.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            while (reader.TryTake(out var raw))
            {
                if (Decode(raw) is { } message)
                    yield return message;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Lets the last events pass the hub, for as long as <see cref="ZeekClientOptions.Linger"/>, and disconnects.</summary>
    /// <returns>A task that completes when the client is gone.</returns>
    public async ValueTask DisposeAsync()
    {
        var first = Interlocked.Exchange(ref _disposed, 1) == 0;
        await _loop.StopAsync().ConfigureAwait(false);
        if (!first)
            return;
        LoseLeft();
        _metrics.Dispose();
        _loop.Dispose();
    }

    private void Refused(string endpoint, string reason)
    {
        // A hub that is refused is tried again and again, so only each doubling is a line.
        if (long.IsPow2(Interlocked.Increment(ref _counters.Downgrades)))
            Log.PeerRefused(_logger, endpoint, reason);
    }

    private ZeekMessage? Decode(in ReceivedMessage raw)
    {
        try
        {
            return new ZeekMessage(raw.Topic, raw.Sender, ZeekWire.DecodeEvent(raw.Payload, _options.Limits), raw.Epoch);
        }
        catch (ZeekWireException e)
        {
            CountUndecodable(e, raw.Sender);
            return null;
        }
    }

    private async Task WaitUntilAsync(Func<bool> reached, CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = _loop.NextChange;
            if (reached())
                return;
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static string MakeNodeId(string nodeName)
    {
        var unique = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..12];
        return string.Create(CultureInfo.InvariantCulture, $"zeromq_{nodeName}_{Environment.MachineName}_{Environment.ProcessId}_{unique}");
    }
}
