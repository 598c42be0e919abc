using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MailScanBridge.Zeek;

/// <summary>What generated code hashes the keys of large sets and tables with; not for use by hand.</summary>
/// <remarks>
/// The hashes that numbers, times and records have of their own are known to everyone, so a stranger can choose thousands of keys of the same hash and make each look-up a walk through
/// all of them. Here a secret of this process is multiplied in. Hot: nothing here allocates. Thread safety: belongs to one thread.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct ZeekKeyHash
{
    private static readonly ulong Secret = Random();
    private static readonly ulong Factor = Random() | 1;

    private ulong _state;

    /// <summary>Starts a hash.</summary>
    public ZeekKeyHash() => _state = Secret;

    /// <summary>Adds a number.</summary>
    /// <param name="value">The number.</param>
    public void Add(ulong value)
    {
        var high = Math.BigMul(_state ^ value, Factor, out ulong low);
        _state = high ^ low;
    }

    /// <summary>Adds a number.</summary>
    /// <param name="value">The number.</param>
    public void Add(long value) => Add((ulong)value);

    /// <summary>Adds a number; those that are equal, as 0 and -0 are, add the same.</summary>
    /// <param name="value">The number.</param>
    public void Add(double value) => Add(value == 0 ? 0 : double.IsNaN(value) ? ulong.MaxValue : BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Adds a truth value.</summary>
    /// <param name="value">The value.</param>
    public void Add(bool value) => Add(value ? 1UL : 0UL);

    /// <summary>Adds a text, whose own hash has a secret.</summary>
    /// <param name="value">The text.</param>
    public void Add(string? value) => Add(value is null ? 0 : (1UL << 32) | (uint)value.GetHashCode(StringComparison.Ordinal));

    /// <summary>Adds an address.</summary>
    /// <param name="value">The address.</param>
    public void Add(IPAddress? value)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (value?.TryWriteBytes(bytes, out _) != true)
            bytes.Clear();
        Add(MemoryMarshal.Read<ulong>(bytes));
        Add(MemoryMarshal.Read<ulong>(bytes[8..]));
    }

    /// <summary>Adds a network.</summary>
    /// <param name="value">The network.</param>
    public void Add(ZeekSubnet value)
    {
        Add(value.Address);
        Add((long)value.Length);
    }

    /// <summary>Adds a port.</summary>
    /// <param name="value">The port.</param>
    public void Add(ZeekPort value) => Add(((ulong)value.Number << 8) | (byte)value.Protocol);

    /// <summary>Adds a time; those of the same moment add the same.</summary>
    /// <param name="value">The time.</param>
    public void Add(DateTimeOffset value) => Add(value.UtcTicks);

    /// <summary>Adds an interval.</summary>
    /// <param name="value">The interval.</param>
    public void Add(TimeSpan value) => Add(value.Ticks);

    /// <summary>Adds a value with all that is inside it.</summary>
    /// <param name="value">The value.</param>
    public void Add(ZeekValue value) => value.AddTo(ref this);

    /// <summary>Adds a record, field by field.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="value">The record; null adds something, too.</param>
    public void AddRecord<T>(T? value)
        where T : IZeekRecord<T>
    {
        if (value is null)
            Add(0UL);
        else
            value.AddTo(ref this);
    }

    /// <summary>Adds bytes.</summary>
    internal void AddBytes(ReadOnlySpan<byte> bytes)
    {
        Add((ulong)bytes.Length);
        for (; bytes.Length >= 8; bytes = bytes[8..])
            Add(MemoryMarshal.Read<ulong>(bytes));
        Span<byte> rest = stackalloc byte[8];
        rest.Clear();
        bytes.CopyTo(rest);
        Add(MemoryMarshal.Read<ulong>(rest));
    }

    /// <summary>Gives the hash.</summary>
    /// <returns>The hash; another in each process.</returns>
    public readonly int ToHashCode() => (int)(_state ^ (_state >> 32));

    private static ulong Random() => MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(8));
}
