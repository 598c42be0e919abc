namespace MailScanBridge.Unpacking.Passwords;

/// <summary>Decrypts the old zip encryption (APPNOTE 6.1).</summary>
internal sealed class ZipCryptoStream : ForwardStream
{
    private const int HeaderLength = 12;

    private readonly Stream _cipher;
    private uint _key0 = 0x12345678, _key1 = 0x23456789, _key2 = 0x34567890;

    private ZipCryptoStream(Stream cipher, string password)
    {
        _cipher = cipher;
        foreach (char c in password)
            Update((byte)c);
    }

    /// <summary>Opens the data; null where the check byte says that the password is another. One wrong password in 256 passes.</summary>
    public static ZipCryptoStream? Open(Stream cipher, string password, uint crc, ushort time)
    {
        var stream = new ZipCryptoStream(cipher, password);
        var header = new byte[HeaderLength];
        stream.ReadExactly(header);
        // The CRC's last byte; of writers that did not know it yet, the time's.
        return header[^1] == (byte)(crc >> 24) || header[^1] == (byte)(time >> 8) ? stream : null;
    }

    public override int Read(Span<byte> buffer)
    {
        int read = _cipher.Read(buffer);
        for (int i = 0; i < read; i++)
        {
            uint temp = (_key2 | 2) & 0xFFFF;
            buffer[i] ^= (byte)(temp * (temp ^ 1) >> 8);
            Update(buffer[i]);
        }

        return read;
    }

    private void Update(byte plain)
    {
        _key0 = Crc32.Append(_key0, [plain]);
        _key1 = (_key1 + (_key0 & 0xFF)) * 134_775_813 + 1;
        _key2 = Crc32.Append(_key2, [(byte)(_key1 >> 24)]);
    }
}
