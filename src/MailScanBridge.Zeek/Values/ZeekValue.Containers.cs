namespace MailScanBridge.Zeek;

public readonly partial struct ZeekValue
{
    /// <summary>Makes a <c>vector</c>; also a record (its fields by position) or a compound index.</summary>
    /// <param name="items">The items; they are copied.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromVector(params ReadOnlySpan<ZeekValue> items) => Items(ZeekKind.Vector, items.ToArray());

    /// <summary>Makes a <c>vector</c>; also a record (its fields by position) or a compound index.</summary>
    /// <param name="items">The items; they are copied.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromVector(IReadOnlyList<ZeekValue> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return Items(ZeekKind.Vector, [.. items]);
    }

    /// <summary>Makes a <c>set</c>, in whatever order the items come.</summary>
    /// <param name="items">The items; they are copied and put in Zeek's order.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentException">An item is there twice; Zeek would refuse the whole message.</exception>
    public static ZeekValue FromSet(params ReadOnlySpan<ZeekValue> items) => SortedSet(items.ToArray());

    /// <summary>Makes a <c>set</c>, in whatever order the items come.</summary>
    /// <param name="items">The items; they are copied and put in Zeek's order.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentException">An item is there twice; Zeek would refuse the whole message.</exception>
    public static ZeekValue FromSet(IEnumerable<ZeekValue> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return SortedSet([.. items]);
    }

    /// <summary>Makes a <c>table</c>, in whatever order the pairs come.</summary>
    /// <param name="pairs">Keys and values; they are copied and put in Zeek's order. A compound key is a vector.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentException">A key is there twice; Zeek would refuse the whole message.</exception>
    public static ZeekValue FromTable(IEnumerable<KeyValuePair<ZeekValue, ZeekValue>> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var list = new List<ZeekValue>();
        foreach (var (key, value) in pairs)
        {
            list.Add(key);
            list.Add(value);
        }

        var items = list.ToArray();
        return ZeekOrder.SortPairs(items)
            ? Items(ZeekKind.Table, items)
            : throw new ArgumentException("A key of the table is there twice.", nameof(pairs));
    }

    /// <summary>Makes a <c>table</c>, in whatever order the pairs come.</summary>
    /// <param name="pairs">Keys and values; they are copied and put in Zeek's order. A compound key is a vector.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentException">A key is there twice; Zeek would refuse the whole message.</exception>
    public static ZeekValue FromTable(params (ZeekValue Key, ZeekValue Value)[] pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return FromTable(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));
    }

    /// <summary>Makes a <c>pattern</c>, which travels as a vector of its exact and its anywhere form.</summary>
    /// <param name="exact">The form that matches a whole text, as Zeek writes it: <c>^?(foo)$?</c>.</param>
    /// <param name="anywhere">The form that matches inside a text: <c>^?(.|\n)*(foo)</c>.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromPattern(string exact, string anywhere) => FromVector(FromString(exact), FromString(anywhere));

    /// <summary>Makes a <c>pattern</c> from a regular expression in Zeek's syntax, as Zeek itself would send it.</summary>
    /// <param name="expression">What stands between the slashes: <c>foo|bar</c>.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromPattern(string expression) => FromPattern($"^?({expression})$?", $@"^?(.|\n)*({expression})");

    private static ZeekValue SortedSet(ZeekValue[] items) =>
        ZeekOrder.Sort(items)
            ? Items(ZeekKind.Set, items)
            : throw new ArgumentException("An item of the set is there twice.", nameof(items));
}
