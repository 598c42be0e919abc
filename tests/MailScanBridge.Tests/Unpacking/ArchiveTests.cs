using System.Buffers.Binary;
using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Unpacking;
using SharpCompress.Writers.SevenZip;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

public class ArchiveTests
{
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("some text that is worth finding. ", 40)));

    [Fact]
    public void A_tar_in_a_gzip_is_opened_twice()
    {
        using var unpacked = Unpacked.From(Deflate.Gzip(TarFile.With("a.txt", s_text)), name: "x.tgz");
        Assert.Equal(["x.tar", "a.txt"], unpacked.Parts.Select(p => p.Name));
        Assert.Empty(unpacked.Result.Problems);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(100)]
    public void A_gzip_that_ends_too_soon_is_said(int cut)
    {
        using var unpacked = Unpacked.From(Deflate.Gzip(s_text)[..^cut]);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    [Fact]
    public void A_tar_that_ends_too_soon_is_said()
    {
        using var unpacked = Unpacked.From(TarFile.With("a.txt", s_text)[..900]);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    [Fact]
    public void Seven_zip_members_are_parts()
    {
        using var unpacked = Unpacked.From(SevenZip());
        Assert.Equal("a.txt", Assert.Single(unpacked.Parts).Name);
        Assert.Equal(Encoding.ASCII.GetString(s_text), unpacked.Contents.Single());
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void A_seven_zip_that_is_cut_is_said()
    {
        using var unpacked = Unpacked.From(SevenZip()[..^10]);
        Assert.NotEmpty(unpacked.Reasons);
        Assert.All(unpacked.Reasons, r => Assert.Equal(Reasons.Damaged, r));
    }

    [Fact]
    public void A_seven_zip_whose_content_was_changed_is_said()
    {
        byte[] archive = SevenZip();
        archive[40] ^= 0x55;
        using var unpacked = Unpacked.From(archive);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    [Fact]
    public void Rar_members_are_parts()
    {
        using var unpacked = Unpacked.From(Rar("a.txt", s_text));
        Assert.Equal("a.txt", Assert.Single(unpacked.Parts).Name);
        Assert.Equal(Encoding.ASCII.GetString(s_text), unpacked.Contents.Single());
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void A_rar_whose_content_was_changed_is_said()
    {
        byte[] archive = Rar("a.txt", s_text);
        archive[100] ^= 0x55;
        using var unpacked = Unpacked.From(archive);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    [Theory]
    [InlineData("526172211A0700")]
    [InlineData("526172211A070100")]
    [InlineData("377ABCAF271C0004000000000000000000000000000000000000000000000000")]
    [InlineData("FD377A585A000000FF12D941")]
    [InlineData("425A6839314159265359")]
    [InlineData("1F8B0800000000000003")]
    public void An_archive_of_which_nothing_can_be_listed_is_not_an_empty_one(string hex)
    {
        using var unpacked = Unpacked.From(Convert.FromHexString(hex));
        Assert.NotEmpty(unpacked.Reasons);
    }

    [Theory]
    [InlineData("4D5343460000000000000000")]
    [InlineData("04224D18")]
    [InlineData("535A444488F02733")]
    public void A_container_that_is_not_opened_is_said(string hex)
    {
        using var unpacked = Unpacked.From(Convert.FromHexString(hex));
        Assert.NotEmpty(unpacked.Reasons);
    }

    [Fact]
    public void A_dictionary_larger_than_the_limit_is_refused_before_it_is_made()
    {
        byte[] lzma = [0x5D, 0, 0, 0, 0x80, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        using var unpacked = Unpacked.From(lzma);
        Assert.Equal(ContentTypes.Lzma, unpacked.Root.Type);
        Assert.Contains(unpacked.Result.Problems, p => p.Reason == Reasons.Limits && p.Detail.Contains("unpacking.max_dictionary)", StringComparison.Ordinal));
    }

    [Fact]
    public void The_dictionary_of_an_xz_is_judged_as_well()
    {
        using var unpacked = Unpacked.From([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 1, 0x69, 0x22, 0xDE, 0x36, 2, 0, 0x21, 1, 40, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Contains(unpacked.Result.Problems, p => p.Reason == Reasons.Limits && p.Detail.Contains("unpacking.max_dictionary)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_document_behind_a_password_is_said()
    {
        using var package = Unpacked.From(new CompoundFileWriter().Add("EncryptionInfo", [1]).Add("EncryptedPackage", new byte[5000]).ToArray());
        using var word = Unpacked.From(new CompoundFileWriter().Add("WordDocument", [0xEC, 0xA5, 0xC1, 0, 0, 0, 0, 0, 0, 0, 0, 1, .. new byte[500]]).ToArray());
        using var excel = Unpacked.From(new CompoundFileWriter().Add("Workbook", [0x09, 0x08, 2, 0, 0, 6, 0x2F, 0, 2, 0, 0, 0]).ToArray());
        using var open = Unpacked.From(new CompoundFileWriter().Add("WordDocument", new byte[500]).ToArray());
        Assert.Equal([Reasons.Encrypted], package.Reasons);
        Assert.Equal([Reasons.Encrypted], word.Reasons);
        Assert.Equal([Reasons.Encrypted], excel.Reasons);
        Assert.Empty(open.Reasons);
    }

    [Fact]
    public void A_compound_file_whose_chains_run_in_circles_ends()
    {
        byte[] file = new CompoundFileWriter().Add("WordDocument", new byte[9000]).ToArray();
        for (int i = 512 + 4; i < 1024; i += 4)
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(i), 1);
        using var unpacked = Unpacked.From(file);
        Assert.Contains(Reasons.Damaged, unpacked.Reasons);
    }

    private static byte[] SevenZip()
    {
        using var archive = new MemoryStream();
        using (var writer = new SevenZipWriter(archive, new SevenZipWriterOptions()))
        using (var content = new MemoryStream(s_text))
            writer.Write("a.txt", content, new DateTime(2026, 3, 2, 0, 0, 0, DateTimeKind.Utc));
        return archive.ToArray();
    }

    // RAR 4 with one stored member (technote.txt of RAR 4: marker, archive header, file header, end).
    private static byte[] Rar(string name, byte[] content)
    {
        byte[] nameBytes = Encoding.ASCII.GetBytes(name);
        var file = new byte[32 - 2 + nameBytes.Length];
        file[0] = 0x74;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(1), 0x8000);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(3), (ushort)(file.Length + 2));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(5), content.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(9), content.Length);
        file[13] = 3; // Unix
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(14), Checksums.Crc32(content));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(18), 0x5C624000);
        file[22] = 20; // version
        file[23] = 0x30; // stored
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(24), (ushort)nameBytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(26), 0x81A4);
        nameBytes.CopyTo(file, 30);
        byte[] main = [0x73, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0];
        byte[] end = [0x7B, 0, 0x40, 7, 0];
        return [.. "Rar!\u001a\u0007\0"u8, .. WithCrc(main), .. WithCrc(file), .. content, .. WithCrc(end)];

        static byte[] WithCrc(byte[] header)
        {
            uint crc = Checksums.Crc32(header);
            return [(byte)crc, (byte)(crc >> 8), .. header];
        }
    }
}
