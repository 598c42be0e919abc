using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using MailScanBridge.Zeek.Telemetry;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport;

// The life of a connection: presence, barriers, echoes, loss.
//
// Presence is a subscription to a topic that no one ever used before. Seeing it come back on the sending socket proves that the hub knows this client's
// earlier subscriptions, and that this client knows the topics of everyone else; so does Zeek itself (DoReadyToPublishCallback in
// Z:src/cluster/backend/zeromq/ZeroMQ.cc, 8.2.2). It stays for as long as the connection, so that seeing it go means that the connection is broken, and
// carries the echoes.
internal sealed partial class ClientLoop
{
    private readonly Dictionary<byte[], Barrier> _barriers = new(ByteContent.Instance);
    private List<TaskCompletionSource> _presenceWaiting = [];
    private List<byte[]> _presenceEnded = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _presence = [];
    private bool _presenceGone;
    private long _begunAt;
    private long _connectedAt;
    private bool _wasConnected;
    private volatile bool _up;
    private long _epoch;

    /// <summary>The connection is live: subscriptions are known at the hub and events can be sent.</summary>
    public bool Up => _up;

    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Completes when the connection next becomes live or is lost; take it before looking.</summary>
    public Task NextChange => Volatile.Read(ref _changed).Task;

    private IHubLink? BeginLink()
    {
        try
        {
            var link = _transport.Connect();
            Begin(link);
            return link;
        }
        catch (SocketException e)
        {
            // A name that cannot be resolved, most of the time; nothing was begun that would have to be taken back.
            if (int.IsPow2(++_notLive))
                Log.CannotConnect(_logger, _options.HubXPub, _options.HubXSub, e.Message, _notLive);
            return null;
        }
    }

    private void Begin(IHubLink link)
    {
        _link = link;
        _presenceGone = false;
        _wasConnected = false;
        _begunAt = _time.GetTimestamp();
        _subscriptions.Forget();
        _presenceWaiting.AddRange(_subscriptions.Apply(link, _directory, out _) ?? []);
        _presence = NewInternalTopic();
        link.Subscribe(_presence, on: true);
    }

    // A topic below Zeek's own prefix for such things: Zeek nodes make no script event of it. The node id alone is not enough: of two clients that were given the same one,
    // each would take the other's subscriptions and echoes for its own. Nor can the next one be foreseen: whoever subscribed to it beforehand would have it come back too early.
    private byte[] NewInternalTopic() => [.. _internalPrefix, .. Encoding.UTF8.GetBytes(Guid.NewGuid().ToString("N")), (byte)'.'];

    private void ApplySubscriptions(IHubLink link)
    {
        if (_subscriptions.Apply(link, _directory, out var ended) is not { } waiting || waiting.Count + ended.Count == 0)
            return;
        if (!_up)
        {
            // The presence topic may be on its way already, so it proves nothing for these.
            _presenceWaiting.AddRange(waiting);
            _presenceEnded.AddRange(ended);
            link.Subscribe(_presence, on: false);
            _presence = NewInternalTopic();
            link.Subscribe(_presence, on: true);
            return;
        }

        var barrier = NewInternalTopic();
        _barriers.Add(barrier, new Barrier(waiting, ended));
        link.Subscribe(barrier, on: true);
    }

    private void BecomeUp()
    {
        _failedAttempts = 0;
        _notLive = 0;
        Volatile.Write(ref _epoch, _epoch + 1);
        BeginEchoes();
        _up = true;
        Log.Connected(_logger, _options.HubXPub, _options.HubXSub, _epoch, _nodeId);
        Pass(new Barrier(_presenceWaiting, _presenceEnded));
        _presenceWaiting = [];
        _presenceEnded = [];
        Announce();
    }

    private void PassBarrier(IHubLink link, byte[] barrier)
    {
        if (!_barriers.Remove(barrier, out var passed))
            return;
        Pass(passed);
        link.Subscribe(barrier, on: false);
    }

    /// <summary>Says why the connection must be given up; null while it is good.</summary>
    private string? WhyLost(IHubLink link)
    {
        if (link.Lost)
            return link.Hint ?? (_up ? "the hub closed the connection" : WhyClosedEarly());
        if (_presenceGone)
            return "the hub no longer knows this client's subscriptions";
        if (_up)
            return WhyEchoesAreLate();
        if (!link.Connected)
        {
            // A link tries again by itself while nobody listens, but one of its two sockets may have met somebody else.
            _wasConnected = false;
            return _time.GetElapsedTime(_begunAt) > _options.ConnectTimeout ? NotReached : null;
        }

        if (!_wasConnected)
        {
            _wasConnected = true;
            _connectedAt = _time.GetTimestamp();
        }

        return _time.GetElapsedTime(_connectedAt) > _options.BarrierTimeout ? "never showed this client's subscription" : null;
    }

    private const string NotReached = "could not be reached";
    private const string Failed = "the loop failed";

    // ZeroMQ says nothing of wrong keys: the connection comes and goes without a frame.
    private string WhyClosedEarly() => _options.Curve is null
        ? "closed it before the subscription was live; does it want CURVE?"
        : "closed it before the subscription was live; are the CURVE keys the right ones?";

    private void Down(string reason)
    {
        _link = null;

        // Whoever waits for a subscription goes on waiting, for the next connection.
        foreach (var barrier in _barriers.Values)
            _presenceWaiting.AddRange(barrier.Waiting);
        _barriers.Clear();
        _presenceEnded.Clear();
        if (!_up)
        {
            _directory.Clear();
            _notLive++;
            if (!int.IsPow2(_notLive))
                return;
            if (ReferenceEquals(reason, Failed))
                return;
            if (ReferenceEquals(reason, NotReached))
                Log.NotReached(_logger, _options.HubXPub, _options.HubXSub, _options.ConnectTimeout, _notLive);
            else
                Log.NotLive(_logger, _options.HubXPub, reason, _notLive);
            return;
        }

        _up = false;
        _directory.Clear();
        var lost = _linkSent - _linkConfirmed + _sendQueue.Clear();
        ClientCounters.Add(ref _counters.SendLost, lost);
        ClientCounters.Add(ref _counters.Disconnects);
        Log.ConnectionLost(_logger, _options.HubXPub, reason, lost);
        Announce();
    }

    /// <summary>Sends what is left and waits until it has passed the hub, within the linger time.</summary>
    private void Finish(IHubLink link)
    {
        // A stopwatch and not the injected time: this bounds how long the caller really waits for the end.
        var waited = Stopwatch.StartNew();
        while (_up && waited.Elapsed < _options.Linger && WhyLost(link) is null)
        {
            var busy = Turn(link);
            if (_sendQueue.Length == 0 && _linkConfirmed == _linkSent)
                break;
            if (_sendQueue.Length == 0 && _lastEcho < _linkSent)
                SendEcho(link);
            else if (!busy)
                link.Wait(TimeSpan.FromMilliseconds(20));
        }

        if (_up)
            ClientCounters.Add(ref _counters.SendLost, _linkSent - _linkConfirmed + _sendQueue.Clear());
        _up = false;
        var left = _options.Linger - waited.Elapsed;
        link.Close(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private void Announce() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private void Pass(Barrier barrier)
    {
        // A topic that was ended and is still there is another's.
        foreach (var topic in barrier.Ended.Where(topic => !_subscriptions.IsTold(topic)))
            _directory.SetOwn(topic, on: false);
        barrier.Waiting.ForEach(live => live.TrySetResult());
    }

    /// <summary>What is certain once a topic that was subscribed to last has come back from the hub.</summary>
    private readonly record struct Barrier(List<TaskCompletionSource> Waiting, IReadOnlyList<byte[]> Ended);

    private int _notLive;
}
