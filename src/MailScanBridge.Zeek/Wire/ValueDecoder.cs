using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MailScanBridge.Zeek.Wire;

/// <summary>Decodes bytes into <see cref="ZeekValue"/>s whose strings are views of those bytes.</summary>
/// <remarks>Hot: allocates one array for each container that is not empty, and nothing else.</remarks>
internal ref struct ValueDecoder
{
    private readonly byte[] _array;
    private readonly int _start;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _maxDepth;
    private readonly int _maxValues;
    private int _position;
    private int _values;

    public ValueDecoder(byte[] array, int start, int length, ZeekWireLimits limits)
    {
        if (length > limits.MaxBytes)
            WireFail.TooLarge(length, limits.MaxBytes);
        _array = array;
        _start = start;
        _bytes = array.AsSpan(start, length);
        _maxDepth = limits.MaxDepth;
        _maxValues = limits.MaxValues;
    }

    public readonly int Position => _position;

    /// <summary>Decodes one value that must take up all the bytes.</summary>
    public ZeekValue ReadAll()
    {
        Read(out var value, 1);
        if (_position != _bytes.Length)
            WireFail.Trailing(_position, _bytes.Length - _position);
        return value;
    }

    private void Read(out ZeekValue value, int depth)
    {
        var at = _position;
        if (++_values > _maxValues)
            WireFail.TooManyValues(at, _maxValues);
        if ((uint)at >= (uint)_bytes.Length)
            WireFail.Truncated(at);
        var tag = _bytes[at];
        _position = at + 1;
        switch ((ZeekKind)tag)
        {
            case ZeekKind.None:
                value = default;
                break;
            case ZeekKind.Boolean:
                Need(1);
                value = ZeekValue.FromBool(_bytes[_position++] != 0);
                break;
            case ZeekKind.Count or ZeekKind.Integer or ZeekKind.Time or ZeekKind.Interval:
                value = ZeekValue.Scalar((ZeekKind)tag, Word());
                break;
            case ZeekKind.Real:
                value = ZeekValue.FromReal(WireReal.Unpack(Word()));
                break;
            case ZeekKind.String or ZeekKind.Enum:
                var length = Length();
                if (length > (uint)(_bytes.Length - _position))
                    WireFail.Truncated(at);
                value = ZeekValue.Text((ZeekKind)tag, _array, _start + _position, (int)length);
                _position += (int)length;
                break;
            case ZeekKind.Address:
                Need(16);
                value = ZeekValue.Wide(ZeekKind.Address, Word(), Word(), 0);
                break;
            case ZeekKind.Subnet:
                Need(17);
                value = ReadSubnet();
                break;
            case ZeekKind.Port:
                Need(3);
                value = ReadPort();
                break;
            case ZeekKind.Set or ZeekKind.Table or ZeekKind.Vector:
                if (depth >= _maxDepth)
                    WireFail.TooDeep(at, _maxDepth);
                ReadContainer((ZeekKind)tag, out value, depth + 1);
                break;
            default:
                WireFail.UnknownTag(at, tag);
                value = default;
                break;
        }
    }

    private void ReadContainer(ZeekKind kind, out ZeekValue value, int depth)
    {
        var at = _position - 1;
        var count = (ulong)Length() * (kind == ZeekKind.Table ? 2UL : 1UL);

        // Each value takes a byte at least, so a count above the bytes left is a lie; without this check it would be a huge allocation.
        if (count > (ulong)(_bytes.Length - _position))
            WireFail.Count(at, count, _bytes.Length - _position);
        if (count > (ulong)(_maxValues - _values))
            WireFail.TooManyValues(at, _maxValues);
        var items = count == 0 ? [] : new ZeekValue[count];
        for (var i = 0; i < items.Length; i++)
            Read(out items[i], depth);
        if (kind == ZeekKind.Set && !ZeekOrder.Sort(items))
            WireFail.Duplicate(at, kind);
        if (kind == ZeekKind.Table && !ZeekOrder.SortPairs(items))
            WireFail.Duplicate(at, kind);
        value = ZeekValue.Items(kind, items);
    }

    private ZeekValue ReadSubnet()
    {
        var (high, low) = (Word(), Word());
        var length = _bytes[_position++];
        if (!WireSubnet.IsValid(high, low, length))
            WireFail.BadSubnet(_position - 1, length);
        return ZeekValue.Wide(ZeekKind.Subnet, high, low, length);
    }

    private ZeekValue ReadPort()
    {
        var number = BinaryPrimitives.ReadUInt16BigEndian(_bytes[_position..]);
        var protocol = _bytes[_position + 2];
        if (protocol > (byte)ZeekPortProtocol.Icmp)
            WireFail.BadPort(_position + 2, protocol);
        _position += 3;
        return ZeekValue.Scalar(ZeekKind.Port, number, protocol);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Word()
    {
        Need(8);
        var word = BinaryPrimitives.ReadUInt64BigEndian(_bytes.Slice(_position, 8));
        _position += 8;
        return word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Length()
    {
        // Nearly all lengths are below 128.
        if ((uint)_position < (uint)_bytes.Length && _bytes[_position] < 0x80)
            return _bytes[_position++];
        return VarByte.Read(_bytes, ref _position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Need(int count)
    {
        if (_bytes.Length - _position < count)
            WireFail.Truncated(_position);
    }
}
