using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MailScanBridge.Unpacking.Passwords;

/// <summary>
/// Decrypts WinZip's AES (https://www.winzip.com/en/support/aes-encryption): keys by PBKDF2 with SHA-1, counter mode with a
/// little-endian counter from 1, a code over the encrypted data at the end.
/// </summary>
internal sealed class ZipAesStream : ForwardStream
{
    private const int Iterations = 1000, VerifierLength = 2, CodeLength = 10, Block = 16;

    private readonly Stream _cipher;
    private readonly Aes _aes;
    private readonly byte[] _pad = new byte[Block];
    private ulong _counter = 1;
    private int _padUsed = Block;

    private ZipAesStream(Stream cipher, byte[] key)
    {
        _cipher = cipher;
        _aes = Aes.Create();
        _aes.Key = key;
    }

    /// <summary>
    /// Opens the data; null where the password is another. The code at the end is checked first, so a stream that opens is
    /// the one that was encrypted.
    /// </summary>
    /// <param name="open">Opens a part of the member's data: offset and length.</param>
    /// <param name="length">Length of the member's data.</param>
    /// <param name="strength">1, 2, 3 for keys of 128, 192, 256 bits.</param>
    /// <param name="password">Tried.</param>
    public static ZipAesStream? Open(Func<long, long, Stream> open, long length, int strength, string password)
    {
        int keyLength = 8 + 8 * strength, saltLength = keyLength / 2;
        long dataLength = length - saltLength - VerifierLength - CodeLength;
        if (strength is < 1 or > 3 || dataLength < 0)
            throw new InvalidDataException("AES data out of range");
        var salt = new byte[saltLength];
        var verifier = new byte[VerifierLength];
        using (Stream head = open(0, saltLength + VerifierLength))
        {
            head.ReadExactly(salt);
            head.ReadExactly(verifier);
        }

        // The format prescribes SHA-1 and 1000 rounds.
        byte[] keys = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA1, 2 * keyLength + VerifierLength);
        if (!keys.AsSpan(2 * keyLength).SequenceEqual(verifier))
            return null;

        var code = new byte[CodeLength];
        using (Stream tail = open(length - CodeLength, CodeLength))
            tail.ReadExactly(code);
        using (Stream data = open(saltLength + VerifierLength, dataLength))
        {
            byte[] computed = HMACSHA1.HashData(keys.AsSpan(keyLength, keyLength), data);
            if (!computed.AsSpan(0, CodeLength).SequenceEqual(code))
                return null;
        }

        return new ZipAesStream(open(saltLength + VerifierLength, dataLength), keys[..keyLength]);
    }

    public override int Read(Span<byte> buffer)
    {
        int read = _cipher.Read(buffer);
        Span<byte> counter = stackalloc byte[Block];
        for (int i = 0; i < read; i++)
        {
            if (_padUsed == Block)
            {
                counter.Clear();
                BinaryPrimitives.WriteUInt64LittleEndian(counter, _counter++);
                _aes.EncryptEcb(counter, _pad, PaddingMode.None);
                _padUsed = 0;
            }

            buffer[i] ^= _pad[_padUsed++];
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _aes.Dispose();
            _cipher.Dispose();
        }

        base.Dispose(disposing);
    }
}
