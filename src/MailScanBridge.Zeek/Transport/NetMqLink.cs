using System.Globalization;
using MailScanBridge.Zeek.Transport.Curve;
using NetMQ;
using NetMQ.Monitoring;
using NetMQ.Sockets;

namespace MailScanBridge.Zeek.Transport;

/// <summary>One connection to a hub over NetMQ: an XSUB and an XPUB socket, as a Zeek node has them.</summary>
/// <remarks>
/// A connection that breaks is not left to NetMQ to repair: its XPUB socket would keep the topics and the unsent events of the old connection without
/// a word (measured with libzmq too), so the link says that it is lost and a new one begins from nothing.
/// Source of the socket options: <c>Z:src/cluster/backend/zeromq/ZeroMQ.cc</c>, 8.2.2.
/// </remarks>
internal sealed class NetMqLink : IHubLink
{
    // Odd, so that both sockets have their turns where each is asked once a turn.
    private const int AskEvery = 7;

    private static int _monitors;

    private readonly NetMqTransport _transport;
    private readonly byte[] _nodeId;
    private readonly XSubscriberSocket _receive = new();
    private readonly XPublisherSocket _send = new();
    private readonly PairSocket _receiveMonitor;
    private readonly PairSocket _sendMonitor;
    private readonly CurveRelay? _receiveRelay;
    private readonly CurveRelay? _sendRelay;
    private readonly NetMQSelector _selector = new();
    private readonly NetMQSelector.Item[] _items;

    // Topic, sender, serializer, payload, and one for whatever comes beyond; used again for each message.
    private readonly Msg[] _parts = new Msg[5];
    private bool _receiveConnected;
    private bool _sendConnected;
    private bool _closed;

    // Asking a socket that has nothing costs a system call, so one is asked when the wait said that it has something, and now and then.
    private bool _mayReceive;
    private bool _mayNotice;
    private int _asked;

    public NetMqLink(ZeekClientOptions options, byte[] nodeId, NetMqTransport transport, Action<string> refused)
    {
        _transport = transport;
        _nodeId = nodeId;
        foreach (ref var part in _parts.AsSpan())
            part.InitEmpty();
        try
        {
            Configure(_receive, options, options.HubXPub);
            Configure(_send, options, options.HubXSub);

            // NetMQ drops a subscription that meets a full pipe, and can crash when the pipe comes free again (netmq#734), so there is no mark.
            _receive.Options.SendHighWatermark = 0;

            // NetMQ drops an event that meets a full pipe without a word. The number under way is bounded by the echoes instead.
            _send.Options.SendHighWatermark = 0;
            _receiveMonitor = Monitor(_receive, connected => _receiveConnected = connected);
            _sendMonitor = Monitor(_send, connected => _sendConnected = connected);
            _items =
            [
                new NetMQSelector.Item(_receive, PollEvents.PollIn),
                new NetMQSelector.Item(_send, PollEvents.PollIn),
                new NetMQSelector.Item(_receiveMonitor, PollEvents.PollIn),
                new NetMQSelector.Item(_sendMonitor, PollEvents.PollIn),
                transport.WakeItem(),
            ];
            if (options.Curve is { } keys)
            {
                // NetMQ speaks to a relay in this process, which lets nothing through to it before the other side has shown that it speaks CURVE.
                SetKeys(_receive, keys);
                SetKeys(_send, keys);
                _receiveRelay = new CurveRelay(options.HubXPub, refused);
                _sendRelay = new CurveRelay(options.HubXSub, refused);
            }

            _receive.Connect(_receiveRelay?.Endpoint ?? options.HubXPub);
            _send.Connect(_sendRelay?.Endpoint ?? options.HubXSub);
        }
        catch
        {
            // A host whose name cannot be resolved is an exception, again at each attempt: what was made until then must not pile up.
            Close(TimeSpan.Zero);
            throw;
        }
    }

    public bool Connected => _receiveConnected && _sendConnected;

    public bool Lost { get; private set; }

    public void Wait(TimeSpan timeout)
    {
        _selector.Select(_items, _items.Length, (long)timeout.TotalMilliseconds);
        _mayReceive |= IsReady(_items[0]);
        _mayNotice |= IsReady(_items[1]);
        if (IsReady(_items[4]))
            _transport.ResetWake();
        while (IsReady(_items[2]) && _receiveMonitor.HasIn)
            _receiveMonitor.Poll(TimeSpan.Zero);
        while (IsReady(_items[3]) && _sendMonitor.HasIn)
            _sendMonitor.Poll(TimeSpan.Zero);
    }

    private static bool IsReady(NetMQSelector.Item item) => (item.ResultEvent & PollEvents.PollIn) != 0;

    public bool TryReceive(IFrameSink sink)
    {
        if (!_mayReceive && ++_asked % AskEvery != 0)
            return false;
        var parts = 0;
        bool more;
        do
        {
            // A message is handed over whole, so the rest of one is always there; should it ever not be, it counts as one with too few parts.
            ref var part = ref _parts[Math.Min(parts, _parts.Length - 1)];
            if (!_receive.TryReceive(ref part, TimeSpan.Zero))
                break;
            parts++;
            more = part.HasMore;
        }
        while (more);

        if (parts == 4)
            sink.OnMessage(_parts[0].Slice(), _parts[1].Slice(), _parts[2].Slice(), _parts[3].Slice());
        else if (parts > 0)
            sink.OnWrongParts(parts, _parts[0].Slice(), parts > 1 ? _parts[1].Slice() : default);
        return _mayReceive = parts > 0;
    }

    public bool TryReceiveNotice(IFrameSink sink)
    {
        if (!_mayNotice && ++_asked % AskEvery != 0)
            return false;
        _mayNotice = _send.TryReceive(ref _parts[0], TimeSpan.Zero);
        if (!_mayNotice)
            return false;
        var frame = _parts[0].Slice();
        if (frame.Length > 0 && frame[0] <= 1)
            sink.OnNotice(frame[1..], frame[0] == 1);
        return true;
    }

    public void Subscribe(ReadOnlySpan<byte> topic, bool on)
    {
        var message = new Msg();
        message.InitPool(topic.Length + 1);
        message.Slice()[0] = on ? (byte)1 : (byte)0;
        topic.CopyTo(message.Slice(1));
        _receive.TrySend(ref message, TimeSpan.Zero, more: false);
        message.Close();
    }

    public void Send(byte[] topic, byte[] payload)
    {
        SendPart(topic, more: true);
        SendPart(_nodeId, more: true);
        SendPart(Serializer, more: true);
        SendPart(payload, more: false);
    }

    public void Close(TimeSpan linger)
    {
        if (_closed)
            return;
        _closed = true;
        _send.Options.Linger = linger;
        _receiveMonitor?.Dispose();
        _sendMonitor?.Dispose();
        _receive.Dispose();
        _send.Dispose();
        _receiveRelay?.Dispose();

        // What lingers still has to go through the relay; it closes by itself when NetMQ has closed its side.
        _sendRelay?.CloseAfter(linger);
        foreach (ref var part in _parts.AsSpan())
            part.Close();
    }

    public void Dispose() => Close(TimeSpan.Zero);

    private static byte[] Serializer { get; } = ZeekWire.SerializerBytes.ToArray();

    private void SendPart(byte[] bytes, bool more)
    {
        var message = new Msg();
        message.InitGC(bytes, bytes.Length);
        _send.TrySend(ref message, TimeSpan.Zero, more);
        message.Close();
    }

    private static void SetKeys(NetMQSocket socket, ZeekCurveKeys keys)
    {
        socket.Options.CurveServerCertificate = NetMQCertificate.FromPublicKey(keys.ServerPublicKey);
        socket.Options.CurveCertificate = new NetMQCertificate(keys.ClientSecretKey, keys.ClientPublicKey);
    }

    private static void Configure(NetMQSocket socket, ZeekClientOptions options, string endpoint)
    {
        socket.Options.Linger = TimeSpan.Zero;
        socket.Options.MaxMsgSize = options.Limits.MaxBytes;
        socket.Options.ReconnectInterval = options.Reconnect;
        socket.Options.ReconnectIntervalMax = options.ReconnectMax;
        socket.Options.IPv4Only = !endpoint.Contains('[', StringComparison.Ordinal);
    }

    // NetMQ reports connections through a socket of their own; polling it with no wait runs the handlers on this thread.
    private PairSocket Monitor(NetMQSocket socket, Action<bool> changed)
    {
        var endpoint = string.Create(CultureInfo.InvariantCulture, $"inproc://mailscanbridge.zeek.monitor.{Interlocked.Increment(ref _monitors)}");
        socket.Monitor(endpoint, SocketEvents.Connected | SocketEvents.Disconnected);
        var pair = new PairSocket();
        pair.Options.Linger = TimeSpan.Zero;
        var monitor = new NetMQMonitor(pair, endpoint);
        monitor.Connected += (_, _) => changed(true);
        monitor.Disconnected += (_, _) =>
        {
            changed(false);
            Lost = true;
        };
        pair.Connect(endpoint);
        return pair;
    }
}
