using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MailScanBridge.Scanning.Hashes;

/// <summary>A hash as a value of its own size, in the order of its bytes.</summary>
internal interface IDigest<T> : IComparable<T>
    where T : unmanaged, IDigest<T>
{
    /// <summary>Bytes in it.</summary>
    static abstract int Length { get; }

    static abstract T Read(ReadOnlySpan<byte> bytes);
}

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct Md5Digest(ulong A, ulong B) : IDigest<Md5Digest>
{
    public static int Length => 16;

    public static Md5Digest Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    public int CompareTo(Md5Digest other) => A != other.A ? A.CompareTo(other.A) : B.CompareTo(other.B);
}

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct Sha1Digest(ulong A, ulong B, uint C) : IDigest<Sha1Digest>
{
    public static int Length => 20;

    public static Sha1Digest Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));

    public int CompareTo(Sha1Digest other) => A != other.A ? A.CompareTo(other.A) : B != other.B ? B.CompareTo(other.B) : C.CompareTo(other.C);
}

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct Sha256Digest(ulong A, ulong B, ulong C, ulong D) : IDigest<Sha256Digest>
{
    public static int Length => 32;

    public static Sha256Digest Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    public int CompareTo(Sha256Digest other) =>
        A != other.A ? A.CompareTo(other.A) : B != other.B ? B.CompareTo(other.B) : C != other.C ? C.CompareTo(other.C) : D.CompareTo(other.D);
}
