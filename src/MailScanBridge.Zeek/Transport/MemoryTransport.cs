using System.Collections.Concurrent;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek.Transport;

/// <summary>Reaches a <see cref="ZeekTestHub"/>.</summary>
internal sealed class MemoryTransport(ZeekTestHub hub, byte[] nodeId) : IHubTransport
{
    private readonly AutoResetEvent _wake = new(initialState: false);

    public IHubLink Connect() => new MemoryLink(hub, nodeId, this);

    public void Wake() => _wake.Set();

    public void Idle(TimeSpan timeout) => _wake.WaitOne(timeout);

    public void Dispose()
    {
        // The event is left to the garbage collector: a late signal by another thread must not meet a disposed one.
    }
}

/// <summary>One connection to a <see cref="ZeekTestHub"/>.</summary>
internal sealed class MemoryLink : IHubLink
{
    private readonly ConcurrentQueue<byte[][]> _messages = new();
    private readonly ConcurrentQueue<(byte[] Topic, bool On)> _notices = new();
    private readonly ZeekTestHub _hub;
    private readonly byte[] _nodeId;
    private readonly MemoryTransport _transport;
    private volatile bool _lost;

    public MemoryLink(ZeekTestHub hub, byte[] nodeId, MemoryTransport transport)
    {
        _hub = hub;
        _nodeId = nodeId;
        _transport = transport;
        _lost = !hub.TryAdd(this);
    }

    public bool Connected => !_lost;

    public bool Lost => _lost;

    public string? Hint => null;

    /// <summary>What it subscribes to; owned by the hub's lock.</summary>
    public HashSet<byte[]> Topics { get; } = new(ByteContent.Instance);

    public void Wait(TimeSpan timeout)
    {
        if (_messages.IsEmpty && _notices.IsEmpty && !_lost)
            _transport.Idle(timeout);
    }

    public bool TryReceive(IFrameSink sink)
    {
        if (!_messages.TryDequeue(out var parts))
            return false;
        if (parts.Length == 4)
            sink.OnMessage(parts[0], parts[1], parts[2], parts[3]);
        else
            sink.OnWrongParts(parts.Length, parts[0], parts.Length > 1 ? parts[1] : default);
        return true;
    }

    public bool TryReceiveNotice(IFrameSink sink)
    {
        if (!_notices.TryDequeue(out var notice))
            return false;
        sink.OnNotice(notice.Topic, notice.On);
        return true;
    }

    public void Subscribe(ReadOnlySpan<byte> topic, bool on) => _hub.Subscribe(this, topic.ToArray(), on);

    public void Send(byte[] topic, byte[] payload) =>
        _hub.Receive(this, [topic, _nodeId, ZeekWire.SerializerBytes.ToArray(), payload], echo: topic.AsSpan().StartsWith("zeek.zeromq.internal."u8));

    public long Unsent => 0;

    public void Flush()
    {
        // Nothing stays here.
    }

    public void Close(TimeSpan linger) => _hub.Remove(this);

    public void Dispose() => _hub.Remove(this);

    public void Deliver(byte[][] parts)
    {
        _messages.Enqueue(parts);
        _transport.Wake();
    }

    public void Notify(byte[] topic, bool on)
    {
        _notices.Enqueue((topic, on));
        _transport.Wake();
    }

    public void Lose()
    {
        _lost = true;
        _transport.Wake();
    }
}
