using System.Diagnostics;

namespace MailScanBridge.Zeek;

/// <summary>
/// One value as it crosses Zeek's wire: immutable, compared by content, 32 bytes, without allocation for everything but strings,
/// enums and containers.
/// </summary>
/// <remarks>
/// <para>The default value is <see cref="None"/>. Values are ordered as Zeek orders them inside sets and tables: by kind, then by content.</para>
/// <para>A value decoded from a message keeps that message's bytes alive, since its strings are views of them.</para>
/// <para>Thread safety: immutable, any number of threads may read one value.</para>
/// <para>Source: Zeek's <c>auxil/broker/libbroker/broker/format/bin.hh</c> and <c>variant_data.cc</c>, 8.2.2.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly partial struct ZeekValue : IEquatable<ZeekValue>, IComparable<ZeekValue>
{
    // What the three words mean, by kind:
    //   Boolean, Count, Integer, Real, Time, Interval, Port   _a = the number (Real: its IEEE bits), _extra = the port's protocol
    //   Address, Subnet                                       _a, _b = the 16 bytes as two big-endian words, _extra = length in IPv6 terms
    //   String, Enum                                          _reference = byte[], _a = offset << 32 | length
    //   Set, Vector                                           _reference = ZeekValue[]
    //   Table                                                 _reference = ZeekValue[] of key, value, key, value, ...
    private readonly object? _reference;
    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ZeekKind _kind;
    private readonly byte _extra;

    private ZeekValue(ZeekKind kind, ulong a, ulong b = 0, byte extra = 0)
    {
        _kind = kind;
        _a = a;
        _b = b;
        _extra = extra;
    }

    private ZeekValue(ZeekKind kind, object reference, ulong a = 0)
    {
        _kind = kind;
        _reference = reference;
        _a = a;
    }

    /// <summary>What the value holds.</summary>
    public ZeekKind Kind => _kind;

    /// <summary>True for the absence of a value: an unset optional field.</summary>
    public bool IsNone => _kind == ZeekKind.None;

    internal ReadOnlySpan<byte> BytesUnchecked => ((byte[])_reference!).AsSpan((int)(_a >> 32), (int)(uint)_a);

    internal ReadOnlySpan<ZeekValue> ItemsUnchecked => (ZeekValue[])_reference!;

    internal ZeekValue[] ArrayUnchecked => (ZeekValue[])_reference!;

    internal ulong HighUnchecked => _a;

    internal ulong LowUnchecked => _b;

    internal byte ExtraUnchecked => _extra;

    internal double RealUnchecked => BitConverter.UInt64BitsToDouble(_a);

    // These take what a decoder has already checked; the arrays become part of the value and must not be written to again.
    internal static ZeekValue Scalar(ZeekKind kind, ulong bits, byte extra = 0) => new(kind, bits, 0, extra);

    internal static ZeekValue Wide(ZeekKind kind, ulong high, ulong low, byte extra) => new(kind, high, low, extra);

    internal static ZeekValue Text(ZeekKind kind, byte[] bytes, int offset, int length) => new(kind, bytes, ((ulong)(uint)offset << 32) | (uint)length);

    internal static ZeekValue Items(ZeekKind kind, ZeekValue[] items) => new(kind, items);

    /// <summary>Gives the value in a form for people and logs; strings are escaped, so that hostile bytes stay harmless.</summary>
    /// <returns>The text, such as <c>[1, "a\x00b", 25/tcp]</c>.</returns>
    public override string ToString() => ZeekValueFormat.Format(this);
}
