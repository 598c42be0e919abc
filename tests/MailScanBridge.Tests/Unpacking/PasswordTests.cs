using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Passwords;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

public class PasswordTests
{
    private static readonly byte[] s_text = "some text that is worth finding"u8.ToArray();

    // One member, by 7-Zip with AES-256 and the password "infected"; in the second the list of members is encrypted as well.
    private const string Locked7z = "377abcaf271c00044bacf66750000000000000006a0000000000000062b75333cfc1f75f67fc2f405baf307b7848747fccf00052bca9e476972799101f8010241d8d049623acc24b7cfe65d19e37453a965ce70076d6938353fc819e18cacc4f97baf53d6d5b3d79fe97286afe2dd8a70104060001095000070b0100022406f1070112530fa70cb332704fcb7ee3abd03fd9a522692121010001000c484400080a013ccf516800000501190100111500650069006300610072002e0063006f006d000000140a01005739cf4abf7bdd01150601002080a4810000";
    private const string LockedList7z = "377abcaf271c00040706eaa6c0000000000000002e00000000000000f3815d8f2c55e6399a9664b0aa082bcf778f3c13a3c1ae4d37b95b649f3cee62d7cb0051552cd5efe4b8553d4871afda79cfea4f3db283fa63a72cd18f0152ef0380ae3d766c313d139cb4270a1d989bb1c9b75c95c8d9b1880edfea5f81c77accf01875a14241a5c84022a1731b34edb0462909f3bdc55553ded63270744540d874de9440342aa973fc8c48b096c9f93869b41c15ca70942fef3937c4f0a19a237e42e1de4eb54bd07f1349cfd9889d976e9c7a747a7b30e8ee85e31ba195ed5008c83417065001097000070b0100012406f1070112530f2b6929bb5ba65c6cf6378c9af609236c0c6a0a010c98209b0000";

    private static byte[] Zip(string password) => new ZipFile().Add("a.txt", s_text, password).ToArray();

    private static byte[] Mail(string text, byte[] zip, string subject = "x") =>
        new MailWriter(subject, 1).Text(text).Attach("application/zip", "a.zip", zip).ToArray();

    [Theory]
    [InlineData("Password: Kx7!2026", "Kx7!2026")]
    [InlineData("The password is kiwi.", "kiwi")]
    [InlineData("Passwort lautet Sommer_24", "Sommer_24")]
    [InlineData("pw:1q2w", "1q2w")]
    [InlineData("Please use \"open-sesame\" to open it.", "open-sesame")]
    [InlineData("Open it with swordfish today", "swordfish")]
    public void The_password_is_found_in_the_text_of_the_mail(string text, string password)
    {
        using var unpacked = Unpacked.From(Mail(text, Zip(password)));
        ScanItem part = unpacked.Parts.Single(p => p.Name == "a.txt");
        Assert.Equal(password, part.Password);
        Assert.Equal(s_text, File.ReadAllBytes(part.Path));
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void The_password_is_found_in_the_subject()
    {
        using var unpacked = Unpacked.From(Mail("see attachment", Zip("7G-44"), "Invoice, code 7G-44"));
        Assert.Contains(unpacked.Parts, p => p.Name == "a.txt");
    }

    [Fact]
    public void The_password_is_found_in_the_mail_around_a_forwarded_one()
    {
        byte[] inner = Mail("see attachment", Zip("tr0ut"));
        using var unpacked = Unpacked.From(new MailWriter("x", 2).Text("password: tr0ut").Forward(inner).ToArray());
        Assert.Contains(unpacked.Parts, p => p.Name == "a.txt");
    }

    [Fact]
    public void A_password_that_is_nowhere_is_not_found_and_that_is_said()
    {
        using var unpacked = Unpacked.From(Mail("see attachment", Zip("zk3k2-nowhere")));
        Assert.Equal([Reasons.Encrypted], unpacked.Reasons);
        Assert.DoesNotContain(unpacked.Parts, p => p.Password is not null);
    }

    [Fact]
    public void A_password_that_opened_one_archive_is_tried_on_the_next()
    {
        byte[] zip = new ZipFile().Add("inner.zip", Zip("tr0ut"), "tr0ut").ToArray();
        using var unpacked = Unpacked.From(Mail("password: tr0ut", zip));
        Assert.Contains(unpacked.Parts, p => p.Name == "a.txt");
    }

    [Fact]
    public void Passwords_given_by_the_caller_are_tried()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("x", Zip("from-elsewhere"));
        UnpackResult result = new Unpacker(new UnpackBudget()).Unpack(file, null, null, folder.Path, ["from-elsewhere"], TestContext.Current.CancellationToken);
        Assert.Equal("from-elsewhere", result.Items[^1].Password);
    }

    [Fact]
    public void No_more_passwords_are_tried_than_the_limit_allows()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("x", Zip("b"));
        UnpackResult Try(int limit, string work) => new Unpacker(new UnpackBudget(), null, new PasswordOptions { Words = [], MaxTries = limit })
            .Unpack(file, null, null, Directory.CreateDirectory(Path.Combine(folder.Path, work)).FullName, ["a", "b"], TestContext.Current.CancellationToken);
        var problem = Assert.Single(Try(1, "w1").Problems);
        Assert.Equal((Reasons.Encrypted, "a.txt: needs a password; none of the 1 that were tried opens it (unpacking.passwords.max_tries)"), (problem.Reason, problem.Detail));
        Assert.Empty(Try(2, "w2").Problems);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Zips_encrypted_with_AES_are_opened(int strength)
    {
        using var unpacked = Unpacked.From(AesZip("infected", strength));
        Assert.Equal(s_text, File.ReadAllBytes(Assert.Single(unpacked.Parts).Path));
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void Zips_encrypted_with_AES_whose_data_was_changed_stay_closed()
    {
        byte[] zip = AesZip("infected", 3);
        zip[zip.AsSpan().IndexOf("a.txt"u8) + 40] ^= 1;
        using var unpacked = Unpacked.From(zip);
        Assert.Equal([Reasons.Encrypted], unpacked.Reasons);
    }

    [Theory]
    [InlineData(Locked7z)]
    [InlineData(LockedList7z)]
    public void Locked_7z_archives_are_opened(string hex)
    {
        using var unpacked = Unpacked.From(Convert.FromHexString(hex));
        ScanItem part = Assert.Single(unpacked.Parts);
        Assert.Equal("infected", part.Password);
        Assert.Equal(68, part.Size);
        Assert.Empty(unpacked.Result.Problems);
    }

    [Theory]
    [InlineData(Locked7z)]
    [InlineData(LockedList7z)]
    public void Locked_7z_archives_that_do_not_open_are_said(string hex)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("x", Convert.FromHexString(hex));
        UnpackResult result = new Unpacker(new UnpackBudget(), null, new PasswordOptions { Words = ["wrong"] }).Unpack(file, null, null, folder.Path, TestContext.Current.CancellationToken);
        Assert.Single(result.Items);
        Assert.All(result.Problems, p => Assert.Equal(Reasons.Encrypted, p.Reason));
        Assert.NotEmpty(result.Problems);
    }

    [Theory]
    [InlineData("VelvetSweatshop", true)]
    [InlineData("infected", true)]
    [InlineData("no-one-guesses-this", false)]
    public void Locked_office_documents_are_opened_where_the_password_is_likely(string password, bool opens)
    {
        using var unpacked = Unpacked.From(AgileDocument(password, WordDocument.With("inside")));
        Assert.Equal(opens ? [] : [Reasons.Encrypted], unpacked.Reasons);
        Assert.Equal(opens, unpacked.Parts.Any(p => p.Type == ContentTypes.Docx && p.Password == password));
        Assert.Equal(opens, unpacked.Contents.Any(c => c.Contains("<w:t>inside</w:t>", StringComparison.Ordinal)));
    }

    [Fact]
    public void Office_encryption_that_would_take_for_ever_is_not_tried()
    {
        using var unpacked = Unpacked.From(AgileDocument("infected", WordDocument.With("inside"), statedSpins: 10_000_000));
        Assert.Equal([Reasons.Unsupported], unpacked.Reasons);
    }

    // As Office 2010 and later encrypt a document ([MS-OFFCRYPTO] 2.3.4.10 to 2.3.4.15), with few rounds.
    private static byte[] AgileDocument(string password, byte[] document, int statedSpins = 100)
    {
        byte[] salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)], dataSalt = [.. salt.Reverse()], key = [.. Enumerable.Range(50, 32).Select(i => (byte)i)];
        byte[] spun = SHA512.HashData((byte[])[.. salt, .. Encoding.Unicode.GetBytes(password)]);
        for (int i = 0; i < 100; i++)
            spun = SHA512.HashData((byte[])[.. BitConverter.GetBytes(i), .. spun]);
        byte[] Lock(string block, byte[] value) => Cbc(SHA512.HashData((byte[])[.. spun, .. Convert.FromHexString(block)])[..32], salt, value);

        using var package = new MemoryStream();
        package.Write(BitConverter.GetBytes((long)document.Length));
        for (int i = 0; i * 4096 < document.Length; i++)
        {
            byte[] segment = document[(i * 4096)..Math.Min(document.Length, (i + 1) * 4096)];
            byte[] padded = [.. segment, .. new byte[(16 - segment.Length % 16) % 16]];
            package.Write(Cbc(key, SHA512.HashData((byte[])[.. dataSalt, .. BitConverter.GetBytes(i)])[..16], padded));
        }

        const string Cipher = "blockSize=\"16\" keyBits=\"256\" hashSize=\"64\" cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA512\"";
        string xml = $"<encryption><keyData saltSize=\"16\" {Cipher} saltValue=\"{Convert.ToBase64String(dataSalt)}\"/><keyEncryptors><keyEncryptor><p:encryptedKey spinCount=\"{statedSpins}\" saltSize=\"16\" {Cipher} "
            + $"saltValue=\"{Convert.ToBase64String(salt)}\" encryptedVerifierHashInput=\"{Convert.ToBase64String(Lock("fea7d2763b4b9e79", dataSalt))}\" "
            + $"encryptedVerifierHashValue=\"{Convert.ToBase64String(Lock("d7aa0f6d3061344e", SHA512.HashData(dataSalt)))}\" encryptedKeyValue=\"{Convert.ToBase64String(Lock("146e0be7abacd0d6", key))}\"/>"
            + "</keyEncryptor></keyEncryptors></encryption>";
        return new CompoundFileWriter().Add("EncryptionInfo", [4, 0, 4, 0, 0x40, 0, 0, 0, .. Encoding.UTF8.GetBytes(xml)]).Add("EncryptedPackage", package.ToArray()).ToArray();

        static byte[] Cbc(byte[] key, byte[] vector, byte[] data)
        {
            using var aes = Aes.Create();
            aes.Key = key;
            return aes.EncryptCbc(data, vector, PaddingMode.None);
        }
    }

    // A stored member as WinZip encrypts it: the extra field says AE-2, so there is no CRC.
    private static byte[] AesZip(string password, int strength)
    {
        int keyLength = 8 + 8 * strength;
        byte[] salt = [.. Enumerable.Range(1, keyLength / 2).Select(i => (byte)i)];
        byte[] keys = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, 1000, HashAlgorithmName.SHA1, 2 * keyLength + 2);
        using var aes = Aes.Create();
        aes.Key = keys[..keyLength];
        byte[] cipher = [.. s_text];
        for (int i = 0; i < cipher.Length; i += 16)
        {
            var counter = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(counter, (ulong)(i / 16 + 1));
            byte[] pad = aes.EncryptEcb(counter, PaddingMode.None);
            for (int j = 0; j < 16 && i + j < cipher.Length; j++)
                cipher[i + j] ^= pad[j];
        }

        byte[] data = [.. salt, .. keys[^2..], .. cipher, .. HMACSHA1.HashData(keys.AsSpan(keyLength, keyLength), cipher)[..10]];
        byte[] extra = [0x01, 0x99, 7, 0, 2, 0, (byte)'A', (byte)'E', (byte)strength, 0, 0];
        byte[] name = "a.txt"u8.ToArray();
        byte[] fields = [20, 0, 1, 0, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(data.Length), .. BitConverter.GetBytes(s_text.Length), (byte)name.Length, 0, (byte)extra.Length, 0];
        byte[] local = [.. "PK\u0003\u0004"u8, .. fields, .. name, .. extra, .. data];
        byte[] central = [.. "PK\u0001\u0002"u8, 20, 0, .. fields, .. new byte[14], .. name, .. extra];
        byte[] end = [.. "PK\u0005\u0006"u8, 0, 0, 0, 0, 1, 0, 1, 0, .. BitConverter.GetBytes(central.Length), .. BitConverter.GetBytes(local.Length), 0, 0];
        return [.. local, .. central, .. end];
    }
}
