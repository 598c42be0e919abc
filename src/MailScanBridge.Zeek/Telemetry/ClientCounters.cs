using System.Collections.Concurrent;

namespace MailScanBridge.Zeek.Telemetry;

/// <summary>The numbers behind <see cref="ZeekClientStatistics"/> and the metrics.</summary>
/// <remarks>Thread safety: those marked are written by the loop alone and read by any thread; the rest are interlocked.</remarks>
internal sealed class ClientCounters
{
    // Written by the loop alone.
    public long Received;
    public long ReceivedBytes;
    public long OwnSkipped;
    public long Sent;
    public long Confirmed;
    public long SendLost;
    public long Disconnects;
    public long Pauses;

    // Written by publishers.
    public long Published;
    public long RefusedNoSubscriber;
    public long RefusedQueueFull;
    public long RefusedDisconnected;

    // Written by the loop and by handlers.
    public long PassedOver;

    // Peers that were refused in the handshake.
    public long Downgrades;

    private readonly ConcurrentDictionary<string, long> _undecodable = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Undecodable => new Dictionary<string, long>(_undecodable, StringComparer.Ordinal);

    /// <summary>Counts a message that cannot be read; true for the first of its kind.</summary>
    public bool CountUndecodable(string kind) => _undecodable.AddOrUpdate(kind, 1, static (_, count) => count + 1) == 1;

    public static void Add(ref long counter, long count = 1) => Volatile.Write(ref counter, counter + count);

    public static long Read(ref long counter) => Volatile.Read(ref counter);
}
