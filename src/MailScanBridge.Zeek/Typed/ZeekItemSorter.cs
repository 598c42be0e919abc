using System.Buffers.Binary;
using System.ComponentModel;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek;

/// <summary>What generated code puts the items of a set or table in Zeek's order with; not for use by hand.</summary>
/// <remarks>
/// Every item is encoded once. They are sorted by the first eight bytes of what Zeek compares, made comparable as a number; only items that are equal in those are decoded and
/// compared as values. Hot: nothing here allocates but where many begin alike. Thread safety: belongs to one thread.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ZeekItemSorter : IDisposable
{
    // IPv4 addresses are below this among those of 16 bytes, so they keep all their bits.
    private const ulong AboveV4 = 1UL << 48;

    // A thread keeps one for each level of nesting, but none that grew large.
    private const int MaxKept = 8;
    private const int KeptItems = 16 * 1024;

    [ThreadStatic]
    private static Stack<ZeekItemSorter>? _kept;

    private readonly PooledBuffer _buffer = new();
    private ulong[] _prefixes = new ulong[16];
    private Item[] _items = new Item[16];
    private int _count;
    private int _start;
    private int _keyEnd;
    private ZeekKind _kind;

    private ZeekItemSorter()
    {
    }

    private readonly record struct Item(int Start, int KeyEnd, int End);

    /// <summary>Takes one, empty.</summary>
    /// <returns>The sorter; dispose it to give it back.</returns>
    public static ZeekItemSorter Rent()
    {
        var sorter = _kept is { Count: > 0 } kept ? kept.Pop() : new ZeekItemSorter();
        sorter._buffer.Clear();
        sorter._count = sorter._start = 0;
        return sorter;
    }

    /// <summary>Gives the writer to which all items are written, one after another.</summary>
    /// <returns>The writer.</returns>
    public ZeekWriter Begin() => new(_buffer);

    /// <summary>Says that an item, or a table's key, was written.</summary>
    /// <param name="items">The writer.</param>
    public void EndKey(ref ZeekWriter items) => _keyEnd = _buffer.Length + items.Pending;

    /// <summary>Says that an item is complete, a table's with its value.</summary>
    /// <param name="items">The writer.</param>
    public void EndItem(ref ZeekWriter items)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
            Array.Resize(ref _prefixes, _count * 2);
        }

        var end = _buffer.Length + items.Pending;
        _items[_count++] = new Item(_start, _keyEnd, end);
        _start = end;
    }

    /// <summary>Says that all items were written, and puts them in order.</summary>
    /// <param name="items">The writer.</param>
    /// <param name="kind">Set or table.</param>
    /// <exception cref="ArgumentException">An item or key is there twice; Zeek would refuse the whole message.</exception>
    public void End(ref ZeekWriter items, ZeekKind kind)
    {
        items.Flush();
        _kind = kind;
        FindPrefixes();
        var prefixes = _prefixes.AsSpan(0, _count);
        prefixes.Sort(_items.AsSpan(0, _count));
        for (var i = 1; i < prefixes.Length; i++)
        {
            var first = i - 1;
            while (i < prefixes.Length && prefixes[i] == prefixes[first])
                i++;
            if (i - first > 1)
                SortAlike(first, i);
        }
    }

    /// <summary>Writes the set or table.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteTo(ref ZeekWriter writer)
    {
        if (_kind == ZeekKind.Table)
            writer.WriteTableHeader(_count);
        else
            writer.WriteSetHeader(_count);
        var bytes = _buffer.Written;
        foreach (ref readonly var item in _items.AsSpan(0, _count))
            writer.WriteEncoded(bytes[item.Start..item.End]);
    }

    /// <summary>Gives it back.</summary>
    public void Dispose()
    {
        _kept ??= new Stack<ZeekItemSorter>();
        if (_kept.Count < MaxKept && _items.Length <= KeptItems && _buffer.IsSmall)
            _kept.Push(this);
    }

    private void SortAlike(int first, int end)
    {
        var keys = new ZeekValue[end - first];
        for (var i = 0; i < keys.Length; i++)
        {
            var item = _items[first + i];
            keys[i] = ZeekWire.Decode(_buffer.Written[item.Start..item.KeyEnd].ToArray(), Own);
        }

        keys.AsSpan().Sort(_items.AsSpan(first, keys.Length));
        for (var i = 1; i < keys.Length; i++)
        {
            if (ZeekOrder.Compare(keys[i - 1], keys[i]) == 0)
                throw new ArgumentException(_kind == ZeekKind.Table ? "A key of the table is there twice." : "An item of the set is there twice.");
        }
    }

    // What this process made itself needs no limits but the one on depth.
    private static ZeekWireLimits Own { get; } = new() { MaxBytes = int.MaxValue, MaxValues = int.MaxValue, MaxDepth = 512 };

    private void FindPrefixes()
    {
        var bytes = _buffer.Written;
        for (var i = 0; i < _count; i++)
        {
            // A number made of values of several kinds would say nothing of their order.
            if (!TryPrefix(bytes[_items[i].Start..], bytes[_items[0].Start..], out _prefixes[i]))
            {
                Array.Clear(_prefixes, 0, _count);
                return;
            }
        }
    }

    // Never out of order with ZeekOrder, but possibly equal where that tells apart.
    private static bool TryPrefix(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, out ulong prefix)
    {
        prefix = 0;
        if (key[0] != first[0])
            return false;
        switch ((ZeekKind)key[0])
        {
            case ZeekKind.Boolean:
                prefix = key[1];
                return true;
            case ZeekKind.Count:
                prefix = BinaryPrimitives.ReadUInt64BigEndian(key[1..]);
                return true;
            case ZeekKind.Integer or ZeekKind.Time or ZeekKind.Interval:
                prefix = BinaryPrimitives.ReadUInt64BigEndian(key[1..]) ^ (1UL << 63);
                return true;
            case ZeekKind.Port:
                prefix = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(key[1..]) << 8) | key[3];
                return true;
            case ZeekKind.Address or ZeekKind.Subnet:
                var high = BinaryPrimitives.ReadUInt64BigEndian(key[1..]);
                prefix = high == 0 ? Math.Min(BinaryPrimitives.ReadUInt64BigEndian(key[9..]), AboveV4) : AboveV4 + (high >> 15);
                return true;
            case ZeekKind.String or ZeekKind.Enum:
                var position = 1;
                var length = VarByte.Read(key, ref position);
                prefix = First8(key.Slice(position, (int)Math.Min(length, 8)));
                return true;
            case ZeekKind.Vector:
                return key[1] == first[1] && (key[1] is 0 or >= 0x80 || TryPrefix(key[2..], first[2..], out prefix));
            default:
                return true;
        }
    }

    private static ulong First8(ReadOnlySpan<byte> text)
    {
        if (text.Length == 8)
            return BinaryPrimitives.ReadUInt64BigEndian(text);
        Span<byte> padded = stackalloc byte[8];
        padded.Clear();
        text.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }
}
