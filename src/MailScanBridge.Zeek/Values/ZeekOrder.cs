using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MailScanBridge.Zeek;

/// <summary>
/// The order in which Zeek writes sets and tables: that of <c>std::set&lt;broker::data&gt;</c>, by kind and then by content, strings byte by
/// byte, containers item by item.
/// </summary>
/// <remarks>
/// Source: <c>variant_data.cc</c> (<c>operator&lt;</c>), <c>address.cc</c>, <c>subnet.cc</c>, <c>port.cc</c> of Broker in Zeek 8.2.2. One
/// deviation: where tables are themselves elements of a set, Broker compares pairs with an operator that is no order; item by item is used
/// here. Zeek's language has no such sets.
/// </remarks>
internal static class ZeekOrder
{
    public static int Compare(in ZeekValue x, in ZeekValue y)
    {
        if (x.Kind != y.Kind)
            return x.Kind < y.Kind ? -1 : 1;
        switch (x.Kind)
        {
            case ZeekKind.None:
                return 0;
            case ZeekKind.Boolean or ZeekKind.Count:
                return x.HighUnchecked.CompareTo(y.HighUnchecked);
            case ZeekKind.Integer or ZeekKind.Time or ZeekKind.Interval:
                return ((long)x.HighUnchecked).CompareTo((long)y.HighUnchecked);
            case ZeekKind.Real:
                return x.RealUnchecked.CompareTo(y.RealUnchecked);
            case ZeekKind.Port:
                var number = x.HighUnchecked.CompareTo(y.HighUnchecked);
                return number != 0 ? number : x.ExtraUnchecked.CompareTo(y.ExtraUnchecked);
            case ZeekKind.Address or ZeekKind.Subnet:
                var high = x.HighUnchecked.CompareTo(y.HighUnchecked);
                if (high != 0)
                    return high;
                var low = x.LowUnchecked.CompareTo(y.LowUnchecked);
                return low != 0 ? low : x.ExtraUnchecked.CompareTo(y.ExtraUnchecked);
            case ZeekKind.String or ZeekKind.Enum:
                return x.BytesUnchecked.SequenceCompareTo(y.BytesUnchecked);
            default:
                return CompareItems(x.ItemsUnchecked, y.ItemsUnchecked);
        }
    }

    /// <summary>Sorts in place; false where an item is there twice.</summary>
    public static bool Sort(ZeekValue[] items)
    {
        if (IsStrictlyAscending(items))
            return true;
        Array.Sort(items);
        return IsStrictlyAscending(items);
    }

    /// <summary>Sorts key, value, key, value, ... in place by key; false where a key is there twice.</summary>
    public static bool SortPairs(ZeekValue[] items)
    {
        if (KeysAreStrictlyAscending(items))
            return true;
        var pairs = MemoryMarshal.CreateSpan(ref Unsafe.As<ZeekValue, Pair>(ref MemoryMarshal.GetArrayDataReference(items)), items.Length / 2);
        pairs.Sort(static (x, y) => Compare(x[0], y[0]));
        return KeysAreStrictlyAscending(items);
    }

    private static int CompareItems(ReadOnlySpan<ZeekValue> x, ReadOnlySpan<ZeekValue> y)
    {
        for (var i = 0; i < Math.Min(x.Length, y.Length); i++)
        {
            var order = Compare(x[i], y[i]);
            if (order != 0)
                return order;
        }

        return x.Length.CompareTo(y.Length);
    }

    // Zeek sends in order, so in practice this one pass is all the work there is.
    private static bool IsStrictlyAscending(ReadOnlySpan<ZeekValue> items)
    {
        for (var i = 1; i < items.Length; i++)
        {
            if (Compare(items[i - 1], items[i]) >= 0)
                return false;
        }

        return true;
    }

    private static bool KeysAreStrictlyAscending(ReadOnlySpan<ZeekValue> items)
    {
        for (var i = 2; i < items.Length; i += 2)
        {
            if (Compare(items[i - 2], items[i]) >= 0)
                return false;
        }

        return true;
    }

    // An inline array, since only its layout is sure to be that of two values side by side.
    [InlineArray(2)]
    private struct Pair
    {
        private ZeekValue _first;
    }
}
