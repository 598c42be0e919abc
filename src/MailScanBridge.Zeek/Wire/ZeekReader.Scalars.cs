using System.Buffers.Binary;
using System.Net;
using System.Text;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek;

public ref partial struct ZeekReader
{
    /// <summary>Reads a <c>bool</c>; any byte but 0 is true, as for Zeek.</summary>
    /// <returns>The value.</returns>
    public bool ReadBoolean()
    {
        Expect(ZeekKind.Boolean);
        if (Remaining == 0)
            WireFail.Truncated(_position);
        return _bytes[_position++] != 0;
    }

    /// <summary>Reads a <c>count</c>.</summary>
    /// <returns>The value.</returns>
    public ulong ReadCount() => ReadWord(ZeekKind.Count);

    /// <summary>Reads an <c>int</c>.</summary>
    /// <returns>The value.</returns>
    public long ReadInteger() => (long)ReadWord(ZeekKind.Integer);

    /// <summary>Reads a <c>double</c>, with Broker's own encoding of what is not a normal number.</summary>
    /// <returns>The value.</returns>
    public double ReadReal() => WireReal.Unpack(ReadWord(ZeekKind.Real));

    /// <summary>Reads a <c>string</c> as the bytes that were sent.</summary>
    /// <returns>A view into the span that is read.</returns>
    public ReadOnlySpan<byte> ReadBytes() => ReadTextBody(ZeekKind.String);

    /// <summary>Reads a <c>string</c> as text: UTF-8, with U+FFFD for each byte that is not.</summary>
    /// <returns>A new string.</returns>
    public string ReadString() => Encoding.UTF8.GetString(ReadTextBody(ZeekKind.String));

    /// <summary>Reads the name of an <c>enum</c> value.</summary>
    /// <returns>A view into the span that is read.</returns>
    public ReadOnlySpan<byte> ReadEnum() => ReadTextBody(ZeekKind.Enum);

    /// <summary>Reads an <c>addr</c>.</summary>
    /// <returns>An IPv4 address where Zeek means one, else IPv6.</returns>
    public IPAddress ReadAddress()
    {
        Expect(ZeekKind.Address);
        var at = _position;
        Advance(16);
        return ToAddress(_bytes.Slice(at, 16));
    }

    /// <summary>Reads a <c>subnet</c>.</summary>
    /// <returns>The subnet, its length in the address's own family.</returns>
    public ZeekSubnet ReadSubnet()
    {
        var at = _position + 1;
        var length = ReadSubnetWords(out var high, out var low);
        return new ZeekSubnet(ToAddress(_bytes.Slice(at, 16)), ZeekValue.IsV4(high, low) ? length - 96 : length);
    }

    /// <summary>Reads a <c>port</c>.</summary>
    /// <returns>The number and protocol.</returns>
    public ZeekPort ReadPort()
    {
        Expect(ZeekKind.Port);
        var at = _position;
        Advance(3);
        var protocol = _bytes[at + 2];
        if (protocol > (byte)ZeekPortProtocol.Icmp)
            WireFail.BadPort(at + 2, protocol);
        return new ZeekPort(BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]), (ZeekPortProtocol)protocol);
    }

    /// <summary>Reads a <c>time</c> exactly.</summary>
    /// <returns>Nanoseconds since 1970-01-01T00:00:00Z.</returns>
    public long ReadTimeNanoseconds() => (long)ReadWord(ZeekKind.Time);

    /// <summary>Reads a <c>time</c>, cut to 100 ns.</summary>
    /// <returns>The time, in UTC.</returns>
    public DateTimeOffset ReadTime() => ZeekValue.FromTimeNanoseconds(ReadTimeNanoseconds()).AsTime();

    /// <summary>Reads an <c>interval</c> exactly.</summary>
    /// <returns>Nanoseconds.</returns>
    public long ReadIntervalNanoseconds() => (long)ReadWord(ZeekKind.Interval);

    /// <summary>Reads an <c>interval</c>, cut to 100 ns.</summary>
    /// <returns>The interval.</returns>
    public TimeSpan ReadInterval() => new(ReadIntervalNanoseconds() / 100);

    private byte ReadSubnetWords(out ulong high, out ulong low)
    {
        Expect(ZeekKind.Subnet);
        var at = _position;
        Advance(17);
        high = BinaryPrimitives.ReadUInt64BigEndian(_bytes[at..]);
        low = BinaryPrimitives.ReadUInt64BigEndian(_bytes[(at + 8)..]);
        var length = _bytes[at + 16];
        if (!WireSubnet.IsValid(high, low, length))
            WireFail.BadSubnet(at + 16, length);
        return length;
    }

    private static IPAddress ToAddress(ReadOnlySpan<byte> bytes) =>
        ZeekValue.IsV4(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]))
            ? new IPAddress(bytes[12..])
            : new IPAddress(bytes);
}
