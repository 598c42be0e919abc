using System.Collections;

namespace MailScanBridge.Zeek;

/// <summary>A read-only view of a <c>set</c>: its items in Zeek's order, each once.</summary>
/// <remarks>Thread safety: immutable.</remarks>
public sealed class ZeekSet : IReadOnlyList<ZeekValue>
{
    private readonly ZeekValue[] _items;

    internal ZeekSet(ZeekValue[] items) => _items = items;

    /// <summary>How many items there are.</summary>
    public int Count => _items.Length;

    /// <summary>Gives the item at a place in Zeek's order.</summary>
    /// <param name="index">The place, from 0.</param>
    public ZeekValue this[int index] => _items[index];

    /// <summary>Tells whether an item is in the set, by binary search.</summary>
    /// <param name="item">The item.</param>
    /// <returns>True where it is there.</returns>
    public bool Contains(ZeekValue item) => Array.BinarySearch(_items, item) >= 0;

    /// <summary>Goes through the items in Zeek's order.</summary>
    /// <returns>The enumerator.</returns>
    public IEnumerator<ZeekValue> GetEnumerator() => ((IEnumerable<ZeekValue>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
