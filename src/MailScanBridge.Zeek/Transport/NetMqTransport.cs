using NetMQ;

namespace MailScanBridge.Zeek.Transport;

/// <summary>Reaches a hub over NetMQ.</summary>
/// <remarks>
/// The signal by which other threads wake the loop lives as long as this; the connections come and go.
/// </remarks>
internal sealed class NetMqTransport : IHubTransport
{
    private readonly ZeekClientOptions _options;
    private readonly byte[] _nodeId;
    private readonly Action<string> _refused;
    private readonly WakeSignal _wake = new();
    private readonly NetMQSelector _selector = new();

    public NetMqTransport(ZeekClientOptions options, byte[] nodeId, Action<string> refused)
    {
        _options = options;
        _nodeId = nodeId;
        _refused = refused;
    }

    public IHubLink Connect() => new NetMqLink(_options, _nodeId, this, _refused);

    public void Wake() => _wake.Set();

    public void Idle(TimeSpan timeout)
    {
        NetMQSelector.Item[] items = [WakeItem()];
        _selector.Select(items, items.Length, (long)timeout.TotalMilliseconds);
        _wake.Reset();
    }

    internal NetMQSelector.Item WakeItem() => new(_wake.Waiting, PollEvents.PollIn);

    internal void ResetWake() => _wake.Reset();

    public void Dispose() => _wake.Dispose();
}
