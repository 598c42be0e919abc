using System.Net.Sockets;

namespace MailScanBridge.Zeek.Transport;

/// <summary>Reaches a hub over TCP.</summary>
/// <remarks>
/// The signal by which other threads wake the loop lives as long as this; the connections come and go.
/// </remarks>
internal sealed class SocketTransport(ZeekClientOptions options, byte[] nodeId, TimeProvider time, Action<string, string> refused) : IHubTransport
{
    private readonly WakeSignal _wake = new();
    private int _links;

    /// <summary>Readable once <see cref="Wake"/> was called.</summary>
    public Socket Waking => _wake.Waiting;

    public IHubLink Connect() => new ZmtpLink(options, nodeId, this, time, _links++, refused);

    public void Wake() => _wake.Set();

    public void ResetWake() => _wake.Reset();

    public void Idle(TimeSpan timeout)
    {
        Waking.Poll(timeout, SelectMode.SelectRead);
        _wake.Reset();
    }

    public void Dispose() => _wake.Dispose();
}
