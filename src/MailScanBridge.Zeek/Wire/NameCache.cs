using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailScanBridge.Zeek.Wire;

/// <summary>
/// One string for each event name, topic or sender that keeps coming, so that receiving an event does not allocate them anew. Bounded: once full, names
/// that are not in it are made as they come, so that a peer which invents names cannot fill the memory.
/// </summary>
internal sealed class NameCache
{
    private const int MaxEntries = 4096;
    private const int MaxNameBytes = 256;
    private static readonly NameCache Shared = new();

    private readonly ConcurrentDictionary<byte[], string> _names = new(ByteContent.Instance);
    private readonly ConcurrentDictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    // Counted here: the dictionary's own count takes all its locks.
    private int _count;

    private NameCache() => _lookup = _names.GetAlternateLookup<ReadOnlySpan<byte>>();

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (Shared._lookup.TryGetValue(utf8, out var name))
            return name;
        name = Encoding.UTF8.GetString(utf8);
        if (utf8.Length <= MaxNameBytes && Volatile.Read(ref Shared._count) < MaxEntries && Shared._names.TryAdd(utf8.ToArray(), name))
            Interlocked.Increment(ref Shared._count);
        return name;
    }
}

/// <summary>Byte arrays compared by content, looked up by span.</summary>
internal sealed class ByteContent : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly ByteContent Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] bytes) => GetHashCode(bytes.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = new HashCode();
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
