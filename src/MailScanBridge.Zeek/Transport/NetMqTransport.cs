using NetMQ;
using NetMQ.Sockets;

namespace MailScanBridge.Zeek.Transport;

/// <summary>Reaches a hub over NetMQ.</summary>
/// <remarks>
/// The pair of sockets over which other threads wake the loop lives as long as this; the connections come and go. Only the sending half of
/// that pair is used by other threads, under a lock.
/// </remarks>
internal sealed class NetMqTransport : IHubTransport
{
    private readonly Lock _wakeLock = new();
    private readonly ZeekClientOptions _options;
    private readonly byte[] _nodeId;
    private readonly Action<string> _refused;
    private readonly PairSocket _wakeSender;
    private readonly PairSocket _wakeReceiver;
    private readonly NetMQSelector _selector = new();
    private bool _disposed;

    public NetMqTransport(ZeekClientOptions options, byte[] nodeId, Action<string> refused)
    {
        _options = options;
        _nodeId = nodeId;
        _refused = refused;
        PairSocket.CreateSocketPair(out _wakeSender, out _wakeReceiver);
    }

    public IHubLink Connect() => new NetMqLink(_options, _nodeId, this, _refused);

    public void Wake()
    {
        lock (_wakeLock)
        {
            if (_disposed)
                return;

            // A full pair means that the loop is about to wake up anyway.
            var message = new Msg();
            message.InitEmpty();
            _wakeSender.TrySend(ref message, TimeSpan.Zero, more: false);
            message.Close();
        }
    }

    public void Idle(TimeSpan timeout)
    {
        NetMQSelector.Item[] items = [WakeItem()];
        _selector.Select(items, items.Length, (long)timeout.TotalMilliseconds);
        DrainWakes();
    }

    internal NetMQSelector.Item WakeItem() => new(_wakeReceiver, PollEvents.PollIn);

    internal void DrainWakes()
    {
        var message = new Msg();
        message.InitEmpty();
        while (_wakeReceiver.TryReceive(ref message, TimeSpan.Zero))
        {
        }

        message.Close();
    }

    public void Dispose()
    {
        lock (_wakeLock)
        {
            _disposed = true;
            _wakeSender.Dispose();
            _wakeReceiver.Dispose();
        }
    }
}
