using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MailScanBridge.Zeek;

public readonly partial struct ZeekValue
{
    private static readonly long MaxUnixTicks = DateTimeOffset.MaxValue.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;

    /// <summary>Reads a <c>bool</c>.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public bool AsBool() => Checked(ZeekKind.Boolean)._a != 0;

    /// <summary>Reads a <c>count</c>.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public ulong AsCount() => Checked(ZeekKind.Count)._a;

    /// <summary>Reads an <c>int</c>.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public long AsInteger() => (long)Checked(ZeekKind.Integer)._a;

    /// <summary>Reads a <c>double</c>.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public double AsReal() => Checked(ZeekKind.Real).RealUnchecked;

    /// <summary>Reads a <c>string</c> as text: UTF-8, with U+FFFD for each byte that is not. <see cref="AsBytes"/> gives what was sent.</summary>
    /// <returns>A new string at each call.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public string AsString() => Encoding.UTF8.GetString(Checked(ZeekKind.String).BytesUnchecked);

    /// <summary>Reads a <c>string</c> as the bytes that were sent.</summary>
    /// <returns>A view, without a copy.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public ReadOnlyMemory<byte> AsBytes()
    {
        var text = Checked(ZeekKind.String);
        return ((byte[])text._reference!).AsMemory((int)(text._a >> 32), (int)(uint)text._a);
    }

    /// <summary>Reads an <c>addr</c>.</summary>
    /// <returns>An IPv4 address where Zeek means one, else IPv6.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public IPAddress AsAddress() => ToAddress(Checked(ZeekKind.Address));

    /// <summary>Reads a <c>subnet</c>.</summary>
    /// <returns>The subnet, its length in the address's own family.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public ZeekSubnet AsSubnet()
    {
        var subnet = Checked(ZeekKind.Subnet);
        return new ZeekSubnet(ToAddress(subnet), IsV4(subnet._a, subnet._b) ? subnet._extra - 96 : subnet._extra);
    }

    /// <summary>Reads a <c>port</c>.</summary>
    /// <returns>The number and protocol.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public ZeekPort AsPort()
    {
        var port = Checked(ZeekKind.Port);
        return new ZeekPort((ushort)port._a, (ZeekPortProtocol)port._extra);
    }

    /// <summary>Reads a <c>time</c>, cut to 100 ns. <see cref="AsTimeNanoseconds"/> is exact.</summary>
    /// <returns>The time, in UTC.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public DateTimeOffset AsTime() => DateTimeOffset.UnixEpoch.AddTicks(Math.Min(FloorDivide(AsTimeNanoseconds(), 100), MaxUnixTicks));

    /// <summary>Reads a <c>time</c> exactly.</summary>
    /// <returns>Nanoseconds since 1970-01-01T00:00:00Z.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public long AsTimeNanoseconds() => (long)Checked(ZeekKind.Time)._a;

    /// <summary>Reads an <c>interval</c>, cut to 100 ns. <see cref="AsIntervalNanoseconds"/> is exact.</summary>
    /// <returns>The interval.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public TimeSpan AsInterval() => new(AsIntervalNanoseconds() / 100);

    /// <summary>Reads an <c>interval</c> exactly.</summary>
    /// <returns>Nanoseconds.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public long AsIntervalNanoseconds() => (long)Checked(ZeekKind.Interval)._a;

    /// <summary>Reads the name of an <c>enum</c> value.</summary>
    /// <returns>The name with its module, such as <c>Notice::Tally</c>.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public string AsEnum() => Encoding.UTF8.GetString(Checked(ZeekKind.Enum).BytesUnchecked);

    /// <summary>Reads a <c>vector</c>, a record, a compound index or whatever else travels as one.</summary>
    /// <returns>A view of the items, without a copy.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public IReadOnlyList<ZeekValue> AsVector() => ImmutableCollectionsMarshal.AsImmutableArray(Checked(ZeekKind.Vector).ArrayUnchecked);

    /// <summary>Reads a <c>set</c>.</summary>
    /// <returns>A view of the items in Zeek's order, without a copy.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public ZeekSet AsSet() => new(Checked(ZeekKind.Set).ArrayUnchecked);

    /// <summary>Reads a <c>table</c>.</summary>
    /// <returns>A view of the pairs in Zeek's order, without a copy.</returns>
    /// <exception cref="ZeekKindException">The value is of another kind.</exception>
    public ZeekTable AsTable() => new(Checked(ZeekKind.Table).ArrayUnchecked);

    private static IPAddress ToAddress(in ZeekValue value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value._a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], value._b);
        return new IPAddress(IsV4(value._a, value._b) ? bytes[12..] : bytes);
    }

    // Times before 1970 are cut toward the past, so that order is kept.
    private static long FloorDivide(long value, long by) => value / by - (value % by < 0 ? 1 : 0);

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ZeekValue Checked(ZeekKind kind)
    {
        if (_kind != kind)
            Throw(kind, _kind);
        return ref this;
    }

    private static void Throw(ZeekKind expected, ZeekKind actual) => throw new ZeekKindException(expected, actual);
}
