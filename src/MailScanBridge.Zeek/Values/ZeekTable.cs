using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace MailScanBridge.Zeek;

/// <summary>A read-only view of a <c>table</c>: its pairs in Zeek's order of keys, each key once.</summary>
/// <remarks>Thread safety: immutable.</remarks>
public sealed class ZeekTable : IReadOnlyDictionary<ZeekValue, ZeekValue>
{
    // Key, value, key, value, ...: one array for the whole table.
    private readonly ZeekValue[] _items;

    internal ZeekTable(ZeekValue[] items) => _items = items;

    /// <summary>How many pairs there are.</summary>
    public int Count => _items.Length / 2;

    /// <summary>The keys in Zeek's order.</summary>
    public IEnumerable<ZeekValue> Keys => this.Select(pair => pair.Key);

    /// <summary>The values in the order of their keys.</summary>
    public IEnumerable<ZeekValue> Values => this.Select(pair => pair.Value);

    /// <summary>Gives the value of a key.</summary>
    /// <param name="key">The key; a compound one is a vector.</param>
    /// <exception cref="KeyNotFoundException">The key is not there.</exception>
    public ZeekValue this[ZeekValue key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException("The key is not in the table.");

    /// <summary>Tells whether a key is there, by binary search.</summary>
    /// <param name="key">The key.</param>
    /// <returns>True where it is there.</returns>
    public bool ContainsKey(ZeekValue key) => TryGetValue(key, out _);

    /// <summary>Looks up the value of a key, by binary search.</summary>
    /// <param name="key">The key; a compound one is a vector.</param>
    /// <param name="value">Its value, or <see cref="ZeekValue.None"/>.</param>
    /// <returns>True where the key is there.</returns>
    public bool TryGetValue(ZeekValue key, [MaybeNullWhen(false)] out ZeekValue value)
    {
        var (from, to) = (0, Count - 1);
        while (from <= to)
        {
            var middle = (from + to) / 2;
            var order = ZeekOrder.Compare(_items[middle * 2], key);
            if (order == 0)
            {
                value = _items[middle * 2 + 1];
                return true;
            }

            (from, to) = order < 0 ? (middle + 1, to) : (from, middle - 1);
        }

        value = default;
        return false;
    }

    /// <summary>Goes through the pairs in Zeek's order of keys.</summary>
    /// <returns>The enumerator.</returns>
    public IEnumerator<KeyValuePair<ZeekValue, ZeekValue>> GetEnumerator()
    {
        for (var i = 0; i < _items.Length; i += 2)
            yield return KeyValuePair.Create(_items[i], _items[i + 1]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
