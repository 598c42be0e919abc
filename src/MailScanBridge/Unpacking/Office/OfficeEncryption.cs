using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MailScanBridge.Unpacking.Office;

/// <summary>The two ways in which Office encrypts a package ([MS-OFFCRYPTO] 2.3.4): "agile" of 2010 and later, "standard" of 2007.</summary>
internal abstract partial class OfficeEncryption
{
    /// <summary>Excel opens a document with this password without asking: encrypted for the filter, open for the recipient.</summary>
    public const string NoQuestionAsked = "VelvetSweatshop";

    // Office writes 100,000; the format allows a hundred times as many, to the attacker's benefit.
    private const int MaxSpins = 1_000_000;

    private const int AesBlock = 16;

    /// <exception cref="NotSupportedException">Another way, or parameters out of range.</exception>
    public static OfficeEncryption Read(byte[] info)
    {
        if (info.Length < 8)
            throw new InvalidDataException("EncryptionInfo cut short");
        int major = BinaryPrimitives.ReadUInt16LittleEndian(info), minor = BinaryPrimitives.ReadUInt16LittleEndian(info.AsSpan(2));
        return (major, minor) switch
        {
            (4, 4) => new Agile(Encoding.UTF8.GetString(info.AsSpan(8))),
            ( >= 2 and <= 4, 2) => new Standard(info.AsSpan(8)),
            _ => throw new NotSupportedException($"Office encryption {major}.{minor}"),
        };
    }

    /// <summary>The key of the package; null where the password is another.</summary>
    public abstract byte[]? Unlock(string password, CancellationToken token);

    /// <summary>Decrypts the content of EncryptedPackage.</summary>
    public byte[] Decrypt(byte[] package, byte[] key)
    {
        if (package.Length < 8)
            throw new InvalidDataException("EncryptedPackage cut short");
        long size = BinaryPrimitives.ReadInt64LittleEndian(package);
        int length = (package.Length - 8) / AesBlock * AesBlock;
        byte[] plain = DecryptSegments(package.AsSpan(8, length), key);
        return plain[..(int)Math.Clamp(size, 0, plain.Length)];
    }

    protected abstract byte[] DecryptSegments(ReadOnlySpan<byte> data, byte[] key);

    protected static byte[] Spin(HashAlgorithmName hash, byte[] salt, string password, int spins, CancellationToken token)
    {
        if (spins is < 0 or > MaxSpins)
            throw new NotSupportedException($"Office encryption with {spins} rounds");
        byte[] current = CryptographicOperations.HashData(hash, [.. salt, .. Encoding.Unicode.GetBytes(password)]);
        var input = new byte[4 + current.Length];
        for (int i = 0; i < spins; i++)
        {
            if (i % 10_000 == 0)
                token.ThrowIfCancellationRequested();
            BinaryPrimitives.WriteInt32LittleEndian(input, i);
            current.CopyTo(input, 4);
            CryptographicOperations.HashData(hash, input, current);
        }

        return current;
    }

    private sealed partial class Agile : OfficeEncryption
    {
        private const int Segment = 4096;

        private static readonly byte[] s_verifierInput = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
        private static readonly byte[] s_verifierHash = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
        private static readonly byte[] s_keyValue = [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];

        private readonly Dictionary<string, string> _data;
        private readonly Dictionary<string, string> _password;

        public Agile(string xml)
        {
            _data = Attributes(Element("keyData", xml));
            _password = Attributes(Element("encryptedKey", xml));
            foreach (Dictionary<string, string> part in (Dictionary<string, string>[])[_data, _password])
            {
                if (part.GetValueOrDefault("cipherAlgorithm") != "AES" || part.GetValueOrDefault("cipherChaining") != "ChainingModeCBC")
                    throw new NotSupportedException("Office encryption other than AES in CBC mode");
            }
        }

        public override byte[]? Unlock(string password, CancellationToken token)
        {
            HashAlgorithmName hash = Hash(_password);
            byte[] salt = Bytes(_password, "saltValue");
            byte[] spun = Spin(hash, salt, password, Number(_password, "spinCount"), token);
            byte[] input = Open(s_verifierInput, "encryptedVerifierHashInput"), expected = Open(s_verifierHash, "encryptedVerifierHashValue");
            byte[] actual = CryptographicOperations.HashData(hash, input.AsSpan(0, Math.Min(input.Length, salt.Length)));
            if (expected.Length < actual.Length || !expected.AsSpan(0, actual.Length).SequenceEqual(actual))
                return null;
            byte[] key = Open(s_keyValue, "encryptedKeyValue");
            return key[..Math.Min(key.Length, Number(_data, "keyBits") / 8)];

            byte[] Open(byte[] block, string value)
            {
                byte[] derived = CryptographicOperations.HashData(hash, [.. spun, .. block]);
                return Cbc(Fit(derived, Number(_password, "keyBits") / 8), Fit(salt, AesBlock), Bytes(_password, value));
            }
        }

        protected override byte[] DecryptSegments(ReadOnlySpan<byte> data, byte[] key)
        {
            HashAlgorithmName hash = Hash(_data);
            byte[] salt = Bytes(_data, "saltValue");
            var plain = new byte[data.Length];
            for (int i = 0; i * Segment < data.Length; i++)
            {
                byte[] vector = Fit(CryptographicOperations.HashData(hash, [.. salt, .. BitConverter.GetBytes(i)]), AesBlock);
                ReadOnlySpan<byte> segment = data.Slice(i * Segment, Math.Min(Segment, data.Length - i * Segment));
                Cbc(key, vector, segment).CopyTo(plain, i * Segment);
            }

            return plain;
        }

        private static byte[] Cbc(byte[] key, byte[] vector, ReadOnlySpan<byte> data)
        {
            using var aes = Aes.Create();
            aes.Key = key;
            return aes.DecryptCbc(data[..(data.Length / AesBlock * AesBlock)], vector, PaddingMode.None);
        }

        // Cut or filled to a length, as the format does it with keys and vectors.
        private static byte[] Fit(byte[] bytes, int length) => [.. bytes.Concat(Enumerable.Repeat((byte)0x36, length)).Take(length)];

        private static HashAlgorithmName Hash(Dictionary<string, string> part) => part.GetValueOrDefault("hashAlgorithm") switch
        {
            "SHA512" => HashAlgorithmName.SHA512,
            "SHA384" => HashAlgorithmName.SHA384,
            "SHA256" => HashAlgorithmName.SHA256,
            "SHA1" or "SHA-1" => HashAlgorithmName.SHA1,
            var other => throw new NotSupportedException($"Office encryption with hash {other}"),
        };

        private static byte[] Bytes(Dictionary<string, string> part, string name) => Convert.FromBase64String(part.GetValueOrDefault(name) ?? "");

        private static int Number(Dictionary<string, string> part, string name) =>
            int.TryParse(part.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && (name == "spinCount" || value <= 512)
                ? value : throw new InvalidDataException($"Office encryption without a sound {name}");

        private static string Element(string name, string xml) =>
            Regex.Match(xml, $@"<(?:\w+:)?{name}\s[^>]*>", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant) is { Success: true } found
                ? found.Value : throw new InvalidDataException($"Office encryption without {name}");

        private static Dictionary<string, string> Attributes(string element)
        {
            var attributes = new Dictionary<string, string>();
            foreach (Match match in Attribute().Matches(element))
                attributes[match.Groups[1].Value] = match.Groups[2].Value;
            return attributes;
        }

        [GeneratedRegex(@"\s(\w+)=""([^""]*)""", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
        private static partial Regex Attribute();
    }

    private sealed class Standard : OfficeEncryption
    {
        private const int Spins = 50_000, SaltLength = 16, HashLength = 20;

        private readonly int _keyLength;
        private readonly byte[] _salt;
        private readonly byte[] _verifier;
        private readonly byte[] _verifierHash;

        // EncryptionHeader (2.3.2) and EncryptionVerifier (2.3.3).
        public Standard(ReadOnlySpan<byte> info)
        {
            int headerLength = info.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(info) : 0;
            if (headerLength is < 32 or > 4096 || info.Length < 4 + headerLength + 4 + SaltLength + 16 + 4 + 32)
                throw new InvalidDataException("EncryptionInfo cut short");
            uint algorithm = BinaryPrimitives.ReadUInt32LittleEndian(info[12..]);
            int keyBits = BinaryPrimitives.ReadInt32LittleEndian(info[20..]);
            if (algorithm is < 0x660E or > 0x6610 || keyBits is not (128 or 192 or 256))
                throw new NotSupportedException("Office encryption other than AES");
            _keyLength = keyBits / 8;
            ReadOnlySpan<byte> verifier = info[(4 + headerLength)..];
            _salt = verifier.Slice(4, SaltLength).ToArray();
            _verifier = verifier.Slice(4 + SaltLength, 16).ToArray();
            _verifierHash = verifier.Slice(4 + SaltLength + 16 + 4, 32).ToArray();
        }

        public override byte[]? Unlock(string password, CancellationToken token)
        {
            byte[] spun = Spin(HashAlgorithmName.SHA1, _salt, password, Spins, token);
            byte[] final = SHA1.HashData((byte[])[.. spun, 0, 0, 0, 0]);
            byte[] key = [.. Half(0x36), .. Half(0x5C)];
            key = key[.._keyLength];
            byte[] hash = DecryptSegments(_verifierHash, key)[..HashLength];
            return SHA1.HashData(DecryptSegments(_verifier, key)).AsSpan().SequenceEqual(hash) ? key : null;

            byte[] Half(byte fill)
            {
                byte[] block = [.. Enumerable.Repeat(fill, 64)];
                for (int i = 0; i < final.Length; i++)
                    block[i] ^= final[i];
                return SHA1.HashData(block);
            }
        }

        protected override byte[] DecryptSegments(ReadOnlySpan<byte> data, byte[] key)
        {
            using var aes = Aes.Create();
            aes.Key = key;
            return aes.DecryptEcb(data, PaddingMode.None);
        }
    }
}
