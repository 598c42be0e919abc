using System.Collections.Concurrent;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>Listens in a hub's place, says to everyone who connects what it was told to say, and keeps what they say.</summary>
internal sealed class RogueHub : IDisposable
{
    private readonly LoopbackListener _listener;

    public RogueHub(byte[] says) => _listener = new LoopbackListener(async socket =>
    {
        using var peer = new RawPeer(socket);
        await peer.SendAsync(says);
        Heard.Enqueue(await peer.ReceiveToEndAsync());
    });

    public string Endpoint => _listener.Endpoint;

    /// <summary>All bytes that came, a piece for each connection that ended.</summary>
    public ConcurrentQueue<byte[]> Heard { get; } = new();

    public void Dispose() => _listener.Dispose();
}
