using System.Text;
using MailScanBridge.Zeek.Telemetry;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Zeek.Transport;

/// <summary>
/// The one thread that owns a client's sockets. It empties the receiving socket whatever happens, since a subscriber that does not read stalls a
/// whole Zeek cluster, and it connects anew whenever a connection breaks.
/// </summary>
/// <remarks>Thread safety: <see cref="Start"/>, <see cref="StopAsync"/>, <see cref="Signal"/> and the properties by any thread; the rest runs on the loop.</remarks>
internal sealed partial class ClientLoop : IDisposable
{
    // How many messages one turn takes from a socket before it looks at the other things.
    private const int Batch = 256;

    // A turn is taken at least this often even when nothing wakes the loop.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    // How often deadlines are looked at; driven by the time provider, so that tests can drive it.
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(200);

    private readonly ZeekClientOptions _options;
    private readonly IHubTransport _transport;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ClientCounters _counters;
    private readonly SubscriptionSet _subscriptions;
    private readonly TopicDirectory _directory;
    private readonly ReceiveQueue _receiveQueue;
    private readonly SendQueue _sendQueue;
    private readonly PendingReplies _replies;
    private readonly PublisherAnswers _publisherAnswers;
    private readonly string _nodeId;
    private readonly byte[] _nodeIdBytes;
    private readonly byte[] _nodePrefix;
    private readonly byte[] _internalPrefix;
    private readonly Thread _thread;
    private readonly ITimer _tick;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _signalled;
    private int _started;
    private volatile bool _stopping;
    private long _lastTurn;
    private int _failedAttempts;
    private int _failures;

    public ClientLoop(
        ZeekClientOptions options,
        string nodeId,
        IHubTransport transport,
        TimeProvider time,
        ILogger logger,
        ClientCounters counters,
        SubscriptionSet subscriptions,
        TopicDirectory directory,
        ReceiveQueue receiveQueue,
        SendQueue sendQueue,
        PendingReplies replies,
        PublisherAnswers publisherAnswers)
    {
        _options = options;
        _nodeId = nodeId;
        _nodeIdBytes = Encoding.UTF8.GetBytes(nodeId);
        _nodePrefix = [.. "zeek.zeromq.internal."u8, .. _nodeIdBytes, (byte)'.'];
        _internalPrefix = [.. _nodePrefix, .. Encoding.UTF8.GetBytes(Guid.NewGuid().ToString("N")), (byte)'.'];
        _transport = transport;
        _time = time;
        _logger = logger;
        _counters = counters;
        _subscriptions = subscriptions;
        _directory = directory;
        _receiveQueue = receiveQueue;
        _sendQueue = sendQueue;
        _replies = replies;
        _publisherAnswers = publisherAnswers;
        _thread = new Thread(Run) { IsBackground = true, Name = "zeek client " + options.NodeName };
        _tick = time.CreateTimer(static loop => ((ClientLoop)loop!).Signal(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            return;
        _tick.Change(TickInterval, TickInterval);
        _thread.Start();
    }

    /// <summary>The loop takes nothing any more, from the send queue or elsewhere.</summary>
    public bool Ended => _ended.Task.IsCompleted;

    /// <summary>Lets what was published go out, for as long as the options say, and ends the loop.</summary>
    public Task StopAsync()
    {
        _stopping = true;
        if (Interlocked.Exchange(ref _started, 1) == 0)
            End();
        Signal();
        return _ended.Task;
    }

    /// <summary>Says that there is something to do. Many signals before the next turn cost one wake-up.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
            _transport.Wake();
    }

    public void Dispose()
    {
        _tick.Dispose();
        _transport.Dispose();
    }

    private void Run()
    {
        try
        {
            _lastTurn = _time.GetTimestamp();
            while (!_stopping)
            {
                try
                {
                    RunLink();
                }
                catch (Exception e)
                {
                    // Whatever it was, a client that has stopped would be worse: its socket would fill up.
                    if (int.IsPow2(++_failures))
                        Log.LoopFailed(_logger, _failures, e);
                    Down(Failed);
                }

                BackOff();
            }
        }
        finally
        {
            End();
        }
    }

    /// <summary>Nobody waits for anything any more.</summary>
    private void End()
    {
        _receiveQueue.Complete();
        foreach (var live in _presenceWaiting.Concat(_barriers.Values.SelectMany(barrier => barrier.Waiting)))
            live.TrySetCanceled();
        _subscriptions.Cancel();
        _replies.Cancel();
        _directory.Complete();
        _ended.TrySetResult();
        Announce();
    }

    /// <summary>One connection from its beginning to its end.</summary>
    private void RunLink()
    {
        if (BeginLink() is not { } link)
            return;
        using var closing = link;

        // What it took to resolve the hub's name is no standstill.
        _lastTurn = _time.GetTimestamp();
        while (true)
        {
            if (StoodStill(out var paused))
            {
                ClientCounters.Add(ref _counters.Pauses);
                Log.Paused(_logger, paused);
                Down("the client stood still");
                return;
            }

            if (_stopping)
            {
                Finish(link);
                return;
            }

            var busy = Turn(link);
            if (WhyLost(link) is { } reason)
            {
                TakeTheRest(link);
                Down(reason);
                return;
            }

            if (!busy)
                Wait(link);
        }
    }

    /// <summary>Takes and gives what can be had without waiting; false where there was nothing.</summary>
    private bool Turn(IHubLink link)
    {
        var busy = false;
        for (var i = 0; i < Batch && link.TryReceiveNotice(this); i++)
            busy = true;
        for (var i = 0; i < Batch && link.TryReceive(this); i++)
            busy = true;
        ApplySubscriptions(link);
        busy |= Send(link);
        link.Flush();
        return busy;
    }

    private void Wait(IHubLink link)
    {
        // A signal from here on wakes the wait; one before it has left its work in a queue, which is why the queues are looked at once more. What has come in wakes it as well.
        Interlocked.Exchange(ref _signalled, 0);
        ApplySubscriptions(link);
        if (Send(link) || _stopping)
            return;
        link.Flush();
        link.Wait(LongestWait);
    }

    private void BackOff()
    {
        var pause = Pauses.Of(_options, _failedAttempts++);
        var begun = _time.GetTimestamp();
        while (!_stopping && _time.GetElapsedTime(begun) < pause)
        {
            Interlocked.Exchange(ref _signalled, 0);
            _transport.Idle(pause < LongestWait ? pause : LongestWait);
        }

        _lastTurn = _time.GetTimestamp();
    }

    private bool StoodStill(out TimeSpan paused)
    {
        var now = _time.GetTimestamp();
        paused = _time.GetElapsedTime(_lastTurn, now);
        _lastTurn = now;
        return paused > _options.PauseLimit;
    }
}
