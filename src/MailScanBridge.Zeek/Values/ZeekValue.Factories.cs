using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailScanBridge.Zeek;

public readonly partial struct ZeekValue
{
    /// <summary>The absence of a value; the default.</summary>
    public static ZeekValue None => default;

    /// <summary>Makes a <c>bool</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromBool(bool value) => new(ZeekKind.Boolean, value ? 1UL : 0UL);

    /// <summary>Makes a <c>count</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromCount(ulong value) => new(ZeekKind.Count, value);

    /// <summary>Makes an <c>int</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromInteger(long value) => new(ZeekKind.Integer, (ulong)value);

    /// <summary>Makes a <c>double</c>.</summary>
    /// <param name="value">The value. Of the subnormal numbers, those below 2^-1023 reach Zeek as zero: its format cannot carry them.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromReal(double value) => new(ZeekKind.Real, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Makes a <c>string</c> from text.</summary>
    /// <param name="value">The text; it travels as UTF-8, with U+FFFD for a lone surrogate.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var bytes = Encoding.UTF8.GetBytes(value);
        return Text(ZeekKind.String, bytes, 0, bytes.Length);
    }

    /// <summary>Makes a <c>string</c> from bytes, which need not be text.</summary>
    /// <param name="value">The bytes; they are copied.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromBytes(ReadOnlySpan<byte> value) => Text(ZeekKind.String, value.ToArray(), 0, value.Length);

    /// <summary>Makes an <c>addr</c>.</summary>
    /// <param name="value">The address. IPv4 and IPv4-mapped IPv6 are the same to Zeek; a scope is dropped.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromAddress(IPAddress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var (high, low) = Words(value);
        return new ZeekValue(ZeekKind.Address, high, low);
    }

    /// <summary>Makes a <c>subnet</c>.</summary>
    /// <param name="address">The network's address.</param>
    /// <param name="length">The prefix length in the address's own family: 0-32 for IPv4, 0-128 for IPv6.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length does not fit the address; Zeek would read such a subnet as <c>/0</c>, which matches everything.</exception>
    public static ZeekValue FromSubnet(IPAddress address, int length)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ZeekSubnet.MaxLength(address.AddressFamily));
        var (high, low) = Words(address);
        var onWire = address.AddressFamily == AddressFamily.InterNetwork ? length + 96 : length;

        // Zeek tells the family by the address alone, so ::ffff:0:0/96 can only be an IPv4 network.
        if (IsV4(high, low) && onWire < 96)
            throw new ArgumentOutOfRangeException(nameof(length), length, "An IPv4-mapped network needs a length of at least 96.");
        return new ZeekValue(ZeekKind.Subnet, high, low, (byte)onWire);
    }

    /// <summary>Makes a <c>subnet</c>.</summary>
    /// <param name="value">The subnet.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length does not fit the address.</exception>
    public static ZeekValue FromSubnet(ZeekSubnet value) => FromSubnet(value.Address, value.Length);

    /// <summary>Makes a <c>port</c>.</summary>
    /// <param name="number">The port's number.</param>
    /// <param name="protocol">The transport protocol.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The protocol is none of the four that Zeek knows.</exception>
    public static ZeekValue FromPort(ushort number, ZeekPortProtocol protocol)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)protocol, (byte)ZeekPortProtocol.Icmp, nameof(protocol));
        return new ZeekValue(ZeekKind.Port, number, 0, (byte)protocol);
    }

    /// <summary>Makes a <c>port</c>.</summary>
    /// <param name="value">The port.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromPort(ZeekPort value) => FromPort(value.Number, value.Protocol);

    /// <summary>Makes a <c>time</c>.</summary>
    /// <param name="value">The time, between the years 1677 and 2262.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time does not fit 64 bits of nanoseconds.</exception>
    public static ZeekValue FromTime(DateTimeOffset value) =>
        FromTimeNanoseconds(Nanoseconds(value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks, nameof(value)));

    /// <summary>Makes a <c>time</c> from nanoseconds.</summary>
    /// <param name="nanoseconds">Nanoseconds since 1970-01-01T00:00:00Z.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromTimeNanoseconds(long nanoseconds) => new(ZeekKind.Time, (ulong)nanoseconds);

    /// <summary>Makes an <c>interval</c>.</summary>
    /// <param name="value">The interval, shorter than 292 years.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The interval does not fit 64 bits of nanoseconds.</exception>
    public static ZeekValue FromInterval(TimeSpan value) => FromIntervalNanoseconds(Nanoseconds(value.Ticks, nameof(value)));

    /// <summary>Makes an <c>interval</c> from nanoseconds.</summary>
    /// <param name="nanoseconds">The length in nanoseconds.</param>
    /// <returns>The value for the wire.</returns>
    public static ZeekValue FromIntervalNanoseconds(long nanoseconds) => new(ZeekKind.Interval, (ulong)nanoseconds);

    /// <summary>Makes a value of a Zeek <c>enum</c>.</summary>
    /// <param name="name">The name with its module, such as <c>Notice::Tally</c>; without one for global enums, such as <c>tcp</c>.</param>
    /// <returns>The value for the wire.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static ZeekValue FromEnum(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var bytes = Encoding.UTF8.GetBytes(name);
        return Text(ZeekKind.Enum, bytes, 0, bytes.Length);
    }

    private static long Nanoseconds(long ticks, string name) =>
        ticks is >= long.MinValue / 100 and <= long.MaxValue / 100
            ? ticks * 100
            : throw new ArgumentOutOfRangeException(name, "The value does not fit 64 bits of nanoseconds.");

    private static (ulong High, ulong Low) Words(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(bytes[12..], out _);
            return (0, 0xffff_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]));
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            throw new ArgumentException("Only IPv4 and IPv6 addresses can be sent.", nameof(address));
        address.TryWriteBytes(bytes, out _);
        return (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    internal static bool IsV4(ulong high, ulong low) => high == 0 && low >> 32 == 0xffff;
}
