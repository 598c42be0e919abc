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
    private Item[] _items = new Item[16];
    private int _count;
    private int _start;
    private int _keyEnd;
    private ZeekKind _kind;

    private ZeekItemSorter()
    {
    }

    // An item's place in the buffer, and what it is sorted by.
    private struct Item(int start, int keyEnd, int end)
    {
        public ulong Prefix;
        public readonly int Start = start;
        public readonly int KeyEnd = keyEnd;
        public readonly int End = end;
    }

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
            Array.Resize(ref _items, _count * 2);
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
        var sorted = _items.AsSpan(0, _count);
        SortByPrefix(sorted);
        for (var i = 1; i < sorted.Length; i++)
        {
            var first = i - 1;
            while (i < sorted.Length && sorted[i].Prefix == sorted[first].Prefix)
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

    private static void SortByPrefix(Span<Item> items)
    {
        if (items.Length > 32)
        {
            items.Sort(static (x, y) => x.Prefix.CompareTo(y.Prefix));
            return;
        }

        // Most sets are small, and this costs them a third of the general way.
        for (var i = 1; i < items.Length; i++)
        {
            var item = items[i];
            var at = i;
            for (; at > 0 && items[at - 1].Prefix > item.Prefix; at--)
                items[at] = items[at - 1];
            items[at] = item;
        }
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
        var items = _items.AsSpan(0, _count);
        foreach (ref var item in items)
        {
            // A number made of values of several kinds would say nothing of their order.
            if (!TryPrefix(bytes, item.Start, items[0].Start, out item.Prefix))
            {
                foreach (ref var each in items)
                    each.Prefix = 0;
                return;
            }
        }
    }

    // Never out of order with ZeekOrder, but possibly equal where that tells apart.
    private static bool TryPrefix(ReadOnlySpan<byte> bytes, int at, int first, out ulong prefix)
    {
        prefix = 0;
        if (bytes[at] != bytes[first])
            return false;
        var body = bytes[(at + 1)..];
        switch ((ZeekKind)bytes[at])
        {
            case ZeekKind.Boolean:
                prefix = body[0];
                return true;
            case ZeekKind.Count:
                prefix = BinaryPrimitives.ReadUInt64BigEndian(body);
                return true;
            case ZeekKind.Integer or ZeekKind.Time or ZeekKind.Interval:
                prefix = BinaryPrimitives.ReadUInt64BigEndian(body) ^ (1UL << 63);
                return true;
            case ZeekKind.Port:
                prefix = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(body) << 8) | body[2];
                return true;
            case ZeekKind.Address or ZeekKind.Subnet:
                var high = BinaryPrimitives.ReadUInt64BigEndian(body);
                prefix = high == 0 ? Math.Min(BinaryPrimitives.ReadUInt64BigEndian(body[8..]), AboveV4) : AboveV4 + (high >> 15);
                return true;
            case ZeekKind.String or ZeekKind.Enum:
                var position = 0;
                var length = VarByte.Read(body, ref position);
                prefix = First8(body[position..], length);
                return true;
            case ZeekKind.Vector:
                return body[0] == bytes[first + 1] && (body[0] is 0 or >= 0x80 || TryPrefix(bytes, at + 2, first + 2, out prefix));
            default:
                return true;
        }
    }

    // What comes behind the text belongs to other values and is cut away; zeros stand in its place.
    private static ulong First8(ReadOnlySpan<byte> text, uint length)
    {
        if (length == 0)
            return 0;
        ulong word = 0;
        if (text.Length >= 8)
        {
            word = BinaryPrimitives.ReadUInt64BigEndian(text);
        }
        else
        {
            for (var i = 0; i < text.Length; i++)
                word |= (ulong)text[i] << (56 - (8 * i));
        }

        return length >= 8 ? word : word & (ulong.MaxValue << (64 - (8 * (int)length)));
    }
}
