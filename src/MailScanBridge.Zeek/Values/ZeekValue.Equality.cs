namespace MailScanBridge.Zeek;

public readonly partial struct ZeekValue
{
    /// <summary>Tells whether two values are the same: same kind, same content, containers item by item. NaN equals NaN, and 0 equals -0.</summary>
    /// <param name="other">The other value.</param>
    /// <returns>True where they are the same.</returns>
    public bool Equals(ZeekValue other) => ZeekOrder.Compare(this, other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ZeekValue other && Equals(other);

    /// <summary>Gives a hash that is another in each process, so that a peer cannot choose values that have the same.</summary>
    /// <returns>The hash.</returns>
    public override int GetHashCode()
    {
        var hash = new ZeekKeyHash();
        AddTo(ref hash);
        return hash.ToHashCode();
    }

    /// <summary>Compares in Zeek's order: by kind, then by content.</summary>
    /// <param name="other">The other value.</param>
    /// <returns>Less than zero where this value comes first, zero where they are the same.</returns>
    public int CompareTo(ZeekValue other) => ZeekOrder.Compare(this, other);

    /// <summary>Tells whether two values are the same.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where they are the same.</returns>
    public static bool operator ==(ZeekValue left, ZeekValue right) => left.Equals(right);

    /// <summary>Tells whether two values differ.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where they differ.</returns>
    public static bool operator !=(ZeekValue left, ZeekValue right) => !left.Equals(right);

    /// <summary>Tells whether one value comes before another in Zeek's order.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where <paramref name="left"/> comes first.</returns>
    public static bool operator <(ZeekValue left, ZeekValue right) => left.CompareTo(right) < 0;

    /// <summary>Tells whether one value comes after another in Zeek's order.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where <paramref name="right"/> comes first.</returns>
    public static bool operator >(ZeekValue left, ZeekValue right) => left.CompareTo(right) > 0;

    /// <summary>Tells whether one value comes before another in Zeek's order or is the same.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where <paramref name="left"/> does not come after <paramref name="right"/>.</returns>
    public static bool operator <=(ZeekValue left, ZeekValue right) => left.CompareTo(right) <= 0;

    /// <summary>Tells whether one value comes after another in Zeek's order or is the same.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where <paramref name="left"/> does not come before <paramref name="right"/>.</returns>
    public static bool operator >=(ZeekValue left, ZeekValue right) => left.CompareTo(right) >= 0;

    internal void AddTo(ref ZeekKeyHash hash)
    {
        hash.Add((ulong)_kind);
        switch (_kind)
        {
            case ZeekKind.String or ZeekKind.Enum:
                hash.AddBytes(BytesUnchecked);
                break;
            case ZeekKind.Set or ZeekKind.Table or ZeekKind.Vector:
                hash.Add((long)ItemsUnchecked.Length);
                foreach (ref readonly var item in ItemsUnchecked)
                    item.AddTo(ref hash);
                break;
            case ZeekKind.Real:
                hash.Add(RealUnchecked);
                break;
            case ZeekKind.Address or ZeekKind.Subnet or ZeekKind.Port:
                hash.Add(_a);
                hash.Add(_b);
                hash.Add((ulong)_extra);
                break;
            default:
                hash.Add(_a);
                break;
        }
    }
}
