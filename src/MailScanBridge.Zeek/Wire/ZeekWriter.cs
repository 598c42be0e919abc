using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek;

/// <summary>
/// Writes <c>broker-bin-v1</c> value by value. A container is a head with its count, then its items; it is for the caller to write that many.
/// </summary>
/// <remarks>
/// <para>Sets and tables must be written in Zeek's order (by kind, then by content) where the bytes are to equal Zeek's; Zeek itself accepts any
/// order, but drops a message with a duplicate. <see cref="WriteValue"/> does it right.</para>
/// <para>Call <see cref="Flush"/> at the end. Hot: nothing here allocates. Thread safety: a writer belongs to one thread.</para>
/// <para>Source: Zeek's <c>auxil/broker/libbroker/broker/format/bin.hh</c> (<c>encode</c>), 8.2.2.</para>
/// </remarks>
public ref partial struct ZeekWriter
{
    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _used;

    /// <summary>Starts to write.</summary>
    /// <param name="output">Where the bytes go.</param>
    public ZeekWriter(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
        _span = output.GetSpan(64);
    }

    /// <summary>Hands over what was written so far; the writer can go on afterwards.</summary>
    public void Flush()
    {
        _output.Advance(_used);
        _used = 0;
        _span = default;
    }

    /// <summary>How many bytes were written since the last <see cref="Flush"/> or growth.</summary>
    internal readonly int Pending => _used;

    /// <summary>Writes an unset field.</summary>
    public void WriteNone() => Reserve(1)[0] = (byte)ZeekKind.None;

    /// <summary>Writes a <c>bool</c>.</summary>
    /// <param name="value">The value.</param>
    public void WriteBoolean(bool value)
    {
        var to = Reserve(2);
        to[1] = value ? (byte)1 : (byte)0;
        to[0] = (byte)ZeekKind.Boolean;
    }

    /// <summary>Writes a <c>count</c>.</summary>
    /// <param name="value">The value.</param>
    public void WriteCount(ulong value) => WriteWord(ZeekKind.Count, value);

    /// <summary>Writes an <c>int</c>.</summary>
    /// <param name="value">The value.</param>
    public void WriteInteger(long value) => WriteWord(ZeekKind.Integer, (ulong)value);

    /// <summary>Writes a <c>double</c>, with Broker's own encoding of what is not a normal number.</summary>
    /// <param name="value">The value.</param>
    public void WriteReal(double value) => WriteWord(ZeekKind.Real, WireReal.Pack(value));

    /// <summary>Writes a <c>string</c> from text, as UTF-8.</summary>
    /// <param name="value">The text.</param>
    public void WriteString(ReadOnlySpan<char> value) => WriteText(ZeekKind.String, value);

    /// <summary>Writes a <c>string</c> from bytes.</summary>
    /// <param name="value">The bytes.</param>
    public void WriteBytes(ReadOnlySpan<byte> value) => WriteText(ZeekKind.String, value);

    /// <summary>Writes a value of an <c>enum</c>.</summary>
    /// <param name="name">Its name with the module, such as <c>Notice::Tally</c>.</param>
    /// <exception cref="ArgumentException">The name is empty; Zeek would drop the event.</exception>
    public void WriteEnum(ReadOnlySpan<char> name)
    {
        CheckEnum(name.Length);
        WriteText(ZeekKind.Enum, name);
    }

    /// <summary>Writes a value of an <c>enum</c>.</summary>
    /// <param name="name">Its name with the module, such as <c>Notice::Tally</c>, as UTF-8.</param>
    /// <exception cref="ArgumentException">The name is empty; Zeek would drop the event.</exception>
    public void WriteEnum(ReadOnlySpan<byte> name)
    {
        CheckEnum(name.Length);
        WriteText(ZeekKind.Enum, name);
    }

    /// <summary>Writes an <c>addr</c>.</summary>
    /// <param name="value">The address, IPv4 or IPv6.</param>
    public void WriteAddress(IPAddress value) => WriteValue(ZeekValue.FromAddress(value));

    /// <summary>Writes a <c>subnet</c>.</summary>
    /// <param name="value">The subnet.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length does not fit the address.</exception>
    public void WriteSubnet(ZeekSubnet value) => WriteValue(ZeekValue.FromSubnet(value));

    /// <summary>Writes a <c>port</c>.</summary>
    /// <param name="value">The port.</param>
    /// <exception cref="ArgumentOutOfRangeException">The protocol is none of the four that Zeek knows; Zeek would drop the event.</exception>
    public void WritePort(ZeekPort value)
    {
        if (value.Protocol > ZeekPortProtocol.Icmp)
            FailProtocol(value.Protocol);
        var to = Reserve(4);
        to[3] = (byte)value.Protocol;
        to[0] = (byte)ZeekKind.Port;
        BinaryPrimitives.WriteUInt16BigEndian(to[1..], value.Number);
    }

    /// <summary>Writes a <c>time</c>.</summary>
    /// <param name="nanoseconds">Nanoseconds since 1970-01-01T00:00:00Z.</param>
    public void WriteTimeNanoseconds(long nanoseconds) => WriteWord(ZeekKind.Time, (ulong)nanoseconds);

    /// <summary>Writes a <c>time</c>.</summary>
    /// <param name="value">The time, between the years 1677 and 2262.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time does not fit 64 bits of nanoseconds.</exception>
    public void WriteTime(DateTimeOffset value) => WriteWord(ZeekKind.Time, ZeekValue.FromTime(value).HighUnchecked);

    /// <summary>Writes an <c>interval</c>.</summary>
    /// <param name="nanoseconds">The length in nanoseconds.</param>
    public void WriteIntervalNanoseconds(long nanoseconds) => WriteWord(ZeekKind.Interval, (ulong)nanoseconds);

    /// <summary>Writes an <c>interval</c>.</summary>
    /// <param name="value">The interval, shorter than 292 years.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval does not fit 64 bits of nanoseconds.</exception>
    public void WriteInterval(TimeSpan value) => WriteWord(ZeekKind.Interval, ZeekValue.FromInterval(value).HighUnchecked);

    /// <summary>Writes the head of a vector; its items come next.</summary>
    /// <param name="count">How many items come.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below zero.</exception>
    public void WriteVectorHeader(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        WriteHeader(ZeekKind.Vector, (uint)count);
    }

    /// <summary>Writes the head of a set; its items come next, in Zeek's order, each once.</summary>
    /// <param name="count">How many items come.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below zero.</exception>
    public void WriteSetHeader(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        WriteHeader(ZeekKind.Set, (uint)count);
    }

    /// <summary>Writes the head of a table; key, value, key, value, ... come next, in Zeek's order of keys, each once.</summary>
    /// <param name="count">How many pairs come.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below zero.</exception>
    public void WriteTableHeader(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        WriteHeader(ZeekKind.Table, (uint)count);
    }

    /// <summary>Writes what is encoded already.</summary>
    internal void WriteEncoded(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int count)
    {
        if (_span.Length - _used < count)
            Grow(count);
        var span = _span.Slice(_used, count);
        _used += count;
        return span;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count)
    {
        _output.Advance(_used);
        _used = 0;
        _span = _output.GetSpan(Math.Max(count, 64));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteWord(ZeekKind kind, ulong word)
    {
        var to = Reserve(9);
        BinaryPrimitives.WriteUInt64BigEndian(to[1..], word);
        to[0] = (byte)kind;
    }

    private static void FailProtocol(ZeekPortProtocol protocol) =>
        throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "The port's protocol is none of the four that Zeek knows: unknown, TCP, UDP, ICMP.");

    private static void CheckEnum(int length)
    {
        if (length == 0)
            throw new ArgumentException("The name of an enum's value is empty.", "name");
    }

    private void WriteHeader(ZeekKind kind, uint count)
    {
        if (count < 0x80)
        {
            var to = Reserve(2);
            to[1] = (byte)count;
            to[0] = (byte)kind;
            return;
        }

        Span<byte> head = stackalloc byte[1 + VarByte.MaxBytes];
        head[0] = (byte)kind;
        var used = 1 + VarByte.Write(head[1..], count);
        head[..used].CopyTo(Reserve(used));
    }

    private void WriteText(ZeekKind kind, ReadOnlySpan<byte> text)
    {
        WriteHeader(kind, (uint)text.Length);
        text.CopyTo(Reserve(text.Length));
    }

    private void WriteText(ZeekKind kind, ReadOnlySpan<char> text)
    {
        // Short ones, which most are, in one pass: at three bytes a character their length still fits one byte.
        if (text.Length <= 42)
        {
            if (_span.Length - _used < 2 + (3 * text.Length))
                Grow(2 + (3 * text.Length));
            var to = _span[_used..];
            var used = Encoding.UTF8.GetBytes(text, to[2..]);
            to[1] = (byte)used;
            to[0] = (byte)kind;
            _used += 2 + used;
            return;
        }

        var length = Encoding.UTF8.GetByteCount(text);
        WriteHeader(kind, (uint)length);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }
}
