using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Samples.MailPcap.Formats;

/// <summary>
/// Writes a zip (APPNOTE.TXT 6.3.10). Our own, since the bytes must be the same with every version of .NET, whose deflate
/// changes.
/// </summary>
internal sealed class ZipFile
{
    // 2026-03-02 08:30, as DOS writes it.
    private const ushort Time = 8 << 11 | 30 << 5;
    private const ushort Date = (2026 - 1980) << 9 | 3 << 5 | 2;

    private readonly MemoryStream _file = new();
    private readonly MemoryStream _directory = new();
    private int _count;

    public ZipFile Add(string name, byte[] content, string? password = null)
    {
        byte[] data = Deflate.Compress(content); // even where it grows: it hides the text
        uint crc = Checksums.Crc32(content);
        if (password is not null)
            data = ZipCrypto.Encrypt(data, password, crc);
        return AddPacked(name, data, password is not null, crc, content.Length);
    }

    /// <summary>Adds a member whose data is deflated already.</summary>
    public ZipFile AddPacked(string name, byte[] data, bool encrypted, uint crc, int size)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);

        var flags = (ushort)(0x0800 | (encrypted ? 1 : 0));
        long offset = _file.Length;
        Header(_file, 0x04034B50, versionMadeBy: null, flags, crc, data.Length, size, nameBytes.Length);
        _file.Write(nameBytes);
        _file.Write(data);

        Header(_directory, 0x02014B50, versionMadeBy: 20, flags, crc, data.Length, size, nameBytes.Length);
        Span<byte> rest = stackalloc byte[14]; // comment length, disk, attributes, offset
        BinaryPrimitives.WriteUInt32LittleEndian(rest[10..], (uint)offset);
        _directory.Write(rest);
        _directory.Write(nameBytes);
        _count++;
        return this;
    }

    public byte[] ToArray()
    {
        Span<byte> end = stackalloc byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], (ushort)_count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)_count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], (uint)_directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], (uint)_file.Length);
        return [.. _file.ToArray(), .. _directory.ToArray(), .. end];
    }

    private static void Header(Stream target, uint signature, ushort? versionMadeBy, ushort flags, uint crc, int packed, int size, int nameLength)
    {
        using var writer = new BinaryWriter(target, Encoding.ASCII, leaveOpen: true);
        writer.Write(signature);
        if (versionMadeBy is { } version)
            writer.Write(version);
        writer.Write((ushort)20);
        writer.Write(flags);
        writer.Write((ushort)8); // deflated
        writer.Write(Time);
        writer.Write(Date);
        writer.Write(crc);
        writer.Write(packed);
        writer.Write(size);
        writer.Write((ushort)nameLength);
        writer.Write((ushort)0);
    }
}

/// <summary>The old zip encryption (APPNOTE 6.1), which every program still opens. The twelve random bytes are not random here.</summary>
internal static class ZipCrypto
{
    public static byte[] Encrypt(byte[] data, string password, uint crc)
    {
        uint k0 = 0x12345678, k1 = 0x23456789, k2 = 0x34567890;
        foreach (byte b in Encoding.ASCII.GetBytes(password))
            Update(b);
        byte[] plain = [.. Enumerable.Range(1, 11).Select(i => (byte)(i * 37)), (byte)(crc >> 24), .. data];
        var cipher = new byte[plain.Length];
        for (int i = 0; i < plain.Length; i++)
        {
            uint temp = (k2 | 2) & 0xFFFF;
            cipher[i] = (byte)(plain[i] ^ (temp * (temp ^ 1) >> 8));
            Update(plain[i]);
        }

        return cipher;

        void Update(byte b)
        {
            k0 = Checksums.Crc32Step(k0, b);
            k1 = (k1 + (k0 & 0xFF)) * 134_775_813 + 1;
            k2 = Checksums.Crc32Step(k2, (byte)(k1 >> 24));
        }
    }
}
