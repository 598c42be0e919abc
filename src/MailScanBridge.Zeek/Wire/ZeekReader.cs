using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek;

/// <summary>
/// Reads <c>broker-bin-v1</c> forward from a span, value by value, without allocation. For code that knows what comes, such as the generated
/// readers of typed events; <see cref="ZeekValue"/> is the way to look at anything.
/// </summary>
/// <remarks>
/// <para>Every method throws <see cref="ZeekWireException"/> where the bytes end, or where another kind stands; after that the reader's place
/// is of no use. A container's count is checked against the bytes that are left and the values that are allowed, so an array of that size is safe to allocate.</para>
/// <para>Hot: nothing here may allocate but the methods that return objects. Thread safety: a reader belongs to one thread.</para>
/// <para>Source: Zeek's <c>auxil/broker/libbroker/broker/format/bin.hh</c> (<c>decode</c>), 8.2.2.</para>
/// </remarks>
public ref partial struct ZeekReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ZeekWireLimits _limits;
    private int _position;
    private int _valuesLeft;
    private int _depth;

    /// <summary>Starts to read at the first byte, within <see cref="ZeekWireLimits.Default"/>.</summary>
    /// <param name="bytes">The bytes; they must not change while the reader is in use.</param>
    public ZeekReader(ReadOnlySpan<byte> bytes)
        : this(bytes, ZeekWireLimits.Default)
    {
    }

    internal ZeekReader(ReadOnlySpan<byte> bytes, ZeekWireLimits limits)
    {
        _bytes = bytes;
        _limits = limits;
        _valuesLeft = limits.MaxValues;
    }

    /// <summary>The next byte's place, from 0.</summary>
    public readonly int Position => _position;

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>Tells the kind of the next value, and stays before it.</summary>
    /// <returns>The kind.</returns>
    /// <exception cref="ZeekWireException">No byte is left, or the tag names no type.</exception>
    public readonly ZeekKind PeekKind()
    {
        if ((uint)_position >= (uint)_bytes.Length)
            WireFail.Truncated(_position);
        var tag = _bytes[_position];
        if (tag > (byte)ZeekKind.Vector)
            WireFail.UnknownTag(_position, tag);
        return (ZeekKind)tag;
    }

    /// <summary>Reads an unset field, where one comes next.</summary>
    /// <returns>True where the next value was none, which is then read; false, and nothing read, where there is a value.</returns>
    public bool TryReadNone()
    {
        if (PeekKind() != ZeekKind.None)
            return false;
        _position++;
        return true;
    }

    /// <summary>Demands that no byte is left.</summary>
    /// <exception cref="ZeekWireException">Bytes are left.</exception>
    public readonly void ReadEnd()
    {
        if (Remaining != 0)
            WireFail.Trailing(_position, Remaining);
    }

    /// <summary>Reads the head of a vector; its items come next.</summary>
    /// <returns>How many items come; never more than there are bytes left.</returns>
    public int ReadVectorHeader() => ReadContainerHeader(ZeekKind.Vector, 1);

    /// <summary>Reads the head of a set; its items come next, in any order. Duplicates are for the caller to refuse.</summary>
    /// <returns>How many items come; never more than there are bytes left.</returns>
    public int ReadSetHeader() => ReadContainerHeader(ZeekKind.Set, 1);

    /// <summary>Reads the head of a table; key, value, key, value, ... come next, in any order. Duplicates are for the caller to refuse.</summary>
    /// <returns>How many pairs come; never more than half the bytes left.</returns>
    public int ReadTableHeader() => ReadContainerHeader(ZeekKind.Table, 2);

    /// <summary>Passes over one value with all that is inside it. Duplicates in sets and tables go unnoticed.</summary>
    public void Skip() => SkipAny();

    /// <summary>Passes over one value that nobody wants, but that the message may not have where a set or table in it is broken; allocates only where there is one.</summary>
    internal void SkipUnwanted()
    {
        var start = _position;
        if (SkipAny())
            DecodeFrom(start);
    }

    // Tells whether a set or table was inside that could hold something twice.
    private bool SkipAny()
    {
        var canRepeat = false;

        // Counts what is still to come instead of recursing: no depth of nesting can exhaust the stack. The count cannot overflow, since
        // each head is checked against the bytes left.
        for (long pending = 1; pending > 0; pending--)
        {
            switch (PeekKind())
            {
                case ZeekKind.None:
                    _position++;
                    break;
                case ZeekKind.Boolean:
                    Advance(2);
                    break;
                case ZeekKind.Address:
                    Advance(17);
                    break;
                case ZeekKind.Subnet:
                    ReadSubnetWords(out _, out _);
                    break;
                case ZeekKind.Port:
                    ReadPort();
                    break;
                case ZeekKind.String or ZeekKind.Enum:
                    ReadTextBody((ZeekKind)_bytes[_position]);
                    break;
                case ZeekKind.Set:
                    var items = ReadSetHeader();
                    canRepeat |= items > 1;
                    pending += items;
                    break;
                case ZeekKind.Table:
                    var pairs = ReadTableHeader();
                    canRepeat |= pairs > 1;
                    pending += 2L * pairs;
                    break;
                case ZeekKind.Vector:
                    pending += ReadVectorHeader();
                    break;
                default:
                    Advance(9);
                    break;
            }
        }

        return canRepeat;
    }

    /// <summary>Reads any value, within the reader's limits; its bytes are copied.</summary>
    /// <returns>The value.</returns>
    public ZeekValue ReadValue()
    {
        var start = _position;
        Skip();
        return DecodeFrom(start);
    }

    private readonly ZeekValue DecodeFrom(int start)
    {
        var copy = _bytes[start.._position].ToArray();
        return new ValueDecoder(copy, 0, copy.Length, _limits).ReadAll();
    }

    /// <summary>Demands that no two items of the set, or keys of the table, that was read from a place on are the same. Rare, so it may allocate and read them once more.</summary>
    internal readonly void CheckDistinct(int start)
    {
        // What it counts was counted when it was read.
        var again = this;
        again._position = start;
        again._valuesLeft = int.MaxValue;
        var kind = again.PeekKind();
        var keys = new ZeekValue[kind == ZeekKind.Set ? again.ReadSetHeader() : again.ReadTableHeader()];
        foreach (ref var key in keys.AsSpan())
        {
            key = again.ReadValue();
            if (kind == ZeekKind.Table)
                again.Skip();
        }

        if (!ZeekOrder.Sort(keys))
            WireFail.Duplicate(start, kind);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Expect(ZeekKind kind)
    {
        var position = _position;
        if ((uint)position >= (uint)_bytes.Length)
            WireFail.Truncated(position);
        if (_bytes[position] != (byte)kind)
            WireFail.Kind(position, kind, _bytes[position]);
        _position = position + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong ReadWord(ZeekKind kind)
    {
        Expect(kind);
        if (Remaining < 8)
            WireFail.Truncated(_position);
        var word = BinaryPrimitives.ReadUInt64BigEndian(_bytes.Slice(_position, 8));
        _position += 8;
        return word;
    }

    private void Advance(int count)
    {
        if (Remaining < count)
            WireFail.Truncated(_position);
        _position += count;
    }

    private int ReadContainerHeader(ZeekKind kind, int bytesEach)
    {
        Expect(kind);
        var at = _position;
        var count = ReadVarByte();
        if ((ulong)count * (ulong)bytesEach > (ulong)Remaining)
            WireFail.Count(at, count, Remaining);
        _valuesLeft -= (int)count * bytesEach;
        if (_valuesLeft < 0)
            WireFail.TooManyValues(at, _limits.MaxValues);
        return (int)count;
    }

    /// <summary>
    /// Begins a record. A record may hold records of its own type, whose reading calls itself for each, so that without a limit a message could exhaust the stack; everything else
    /// nests only as deep as the C# types do.
    /// </summary>
    internal void EnterRecord()
    {
        if (++_depth > _limits.MaxDepth)
            WireFail.TooDeep(_position, _limits.MaxDepth);
    }

    /// <summary>Ends a record.</summary>
    internal void LeaveRecord() => _depth--;

    private ReadOnlySpan<byte> ReadTextBody(ZeekKind kind)
    {
        Expect(kind);
        var at = _position;
        var length = ReadVarByte();
        if (length > (uint)Remaining)
            WireFail.Truncated(at);
        var text = _bytes.Slice(_position, (int)length);
        _position += (int)length;
        return text;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint ReadVarByte()
    {
        // Nearly all lengths are below 128.
        if ((uint)_position < (uint)_bytes.Length && _bytes[_position] < 0x80)
            return _bytes[_position++];
        return VarByte.Read(_bytes, ref _position);
    }
}
