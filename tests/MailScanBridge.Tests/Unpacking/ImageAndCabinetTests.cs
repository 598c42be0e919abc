using System.Buffers.Binary;
using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

public class ImageAndCabinetTests
{
    private static readonly byte[] s_text = "some text that is worth finding"u8.ToArray();

    // Descriptor at sector 16, end at 17, root directory at 18, folder at 19, file at 20.
    private static byte[] Iso(bool loop = false)
    {
        const int Sector = 2048;
        var image = new byte[21 * Sector];
        "\u0001CD001\u0001"u8.CopyTo(image.AsSpan(16 * Sector));
        Record(18, Sector, 2, [0]).CopyTo(image, 16 * Sector + 156);
        "\u00ffCD001\u0001"u8[1..].CopyTo(image.AsSpan(17 * Sector));
        image[17 * Sector] = 255;
        "CD001"u8.CopyTo(image.AsSpan(17 * Sector + 1));
        byte[] root = [.. Record(18, Sector, 2, [0]), .. Record(18, Sector, 2, [1]), .. Record(19, Sector, 2, "DIR"u8)];
        byte[] folder = [.. Record(19, Sector, 2, [0]), .. Record(18, Sector, 2, loop ? "UP"u8 : [1]), .. Record(20, s_text.Length, 0, "A.TXT;1"u8)];
        root.CopyTo(image, 18 * Sector);
        folder.CopyTo(image, 19 * Sector);
        s_text.CopyTo(image, 20 * Sector);
        return image;

        static byte[] Record(int sector, int length, byte flags, ReadOnlySpan<byte> name)
        {
            var record = new byte[33 + name.Length + (name.Length % 2 == 0 ? 1 : 0)];
            record[0] = (byte)record.Length;
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(2), sector);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(10), length);
            record[25] = flags;
            record[32] = (byte)name.Length;
            name.CopyTo(record.AsSpan(33));
            return record;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Files_of_an_image_are_parts_though_its_folders_run_in_circles(bool loop)
    {
        using var unpacked = Unpacked.From(Iso(loop));
        ScanItem part = Assert.Single(unpacked.Parts);
        Assert.Equal("DIR/A.TXT", part.Name);
        Assert.Equal(s_text, File.ReadAllBytes(part.Path));
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void An_image_without_files_is_not_an_empty_one()
    {
        byte[] image = Iso();
        image.AsSpan(18 * 2048, 4096).Clear();
        using var unpacked = Unpacked.From(image);
        Assert.Equal([Reasons.Unsupported], unpacked.Reasons);
    }

    private static byte[] Cabinet(ushort method, params (byte[] Data, int Length)[] blocks)
    {
        byte[] name = "a.txt\0"u8.ToArray();
        int files = 36 + 8, data = files + 16 + name.Length;
        using var cabinet = new MemoryStream();
        using var writer = new BinaryWriter(cabinet);
        writer.Write("MSCF\0\0\0\0"u8);
        writer.Write(0);
        writer.Write(0);
        writer.Write(files);
        writer.Write(0);
        writer.Write((ushort)0x0103);
        writer.Write((ushort)1);
        writer.Write((ushort)1);
        writer.Write((ushort)0);
        writer.Write(0);
        writer.Write(data);
        writer.Write((ushort)blocks.Length);
        writer.Write(method);
        writer.Write(blocks.Sum(b => b.Length));
        writer.Write(0);
        writer.Write((ushort)0);
        writer.Write(new byte[6]);
        writer.Write(name);
        foreach ((byte[] packed, int length) in blocks)
        {
            writer.Write(0);
            writer.Write((ushort)packed.Length);
            writer.Write((ushort)length);
            writer.Write(packed);
        }

        return cabinet.ToArray();
    }

    [Fact]
    public void Stored_files_of_a_cabinet_are_parts()
    {
        using var unpacked = Unpacked.From(Cabinet(0, (s_text, s_text.Length)));
        Assert.Equal("a.txt", Assert.Single(unpacked.Parts).Name);
        Assert.Equal(Encoding.ASCII.GetString(s_text), unpacked.Contents.Single());
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void A_block_of_a_cabinet_may_copy_from_the_one_before_it()
    {
        // The second block is one match of 258 bytes at distance 1: the last byte of the first block, again and again.
        using var unpacked = Unpacked.From(Cabinet(1, ([.. "CK"u8, .. Deflate.Compress("xyz"u8)], 3), ([.. "CK"u8, 0x1B, 0x05, 0x00], 258)));
        Assert.Equal("xy" + new string('z', 259), unpacked.Contents.Single());
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void A_cabinet_in_a_compression_that_is_not_opened_is_said()
    {
        using var unpacked = Unpacked.From(Cabinet(3, ([1, 2, 3], 10)));
        Assert.Equal([Reasons.Unsupported], unpacked.Reasons);
    }

    [Fact]
    public void A_cabinet_that_is_cut_is_said()
    {
        using var unpacked = Unpacked.From(Cabinet(0, (s_text, s_text.Length))[..^5]);
        Assert.Equal([Reasons.Damaged], unpacked.Reasons);
    }

    [Fact]
    public void Members_of_ar_and_cpio_are_parts()
    {
        string text = Encoding.ASCII.GetString(s_text);
        using var ar = Unpacked.From(Encoding.ASCII.GetBytes($"!<arch>\n{"a.txt/",-16}{"0",-12}{"0",-6}{"0",-6}{"100644",-8}{text.Length,-10}`\n{text}\n"));
        using var hex = Unpacked.From(Encoding.ASCII.GetBytes(Newc("a.txt", text) + Newc("TRAILER!!!", "")));
        Assert.Equal(text, Assert.Single(ar.Contents));
        Assert.Equal(text, Assert.Single(hex.Contents));
        Assert.Empty(ar.Result.Problems);
        Assert.Empty(hex.Result.Problems);

        static string Newc(string name, string content)
        {
            string header = "070701" + string.Concat(Enumerable.Repeat("00000000", 6)) + $"{content.Length:X8}" + string.Concat(Enumerable.Repeat("00000000", 4))
                + $"{name.Length + 1:X8}00000000" + name + "\0";
            return Padded(header) + Padded(content);
        }

        static string Padded(string text) => text.PadRight((text.Length + 3) / 4 * 4, '\0');
    }

    [Fact]
    public void A_cpio_without_its_trailer_is_said()
    {
        using var unpacked = Unpacked.From("070701" + new string('0', 60));
        Assert.Equal([Reasons.Damaged], unpacked.Reasons);
    }

    [Fact]
    public void Files_embedded_in_a_OneNote_section_are_parts()
    {
        byte[] section =
        [
            .. Convert.FromHexString("E4525C7B8CD8A74DAEB15378D02996D3"), .. new byte[100],
            .. new Guid("bde316e7-2665-4511-a4c4-8d4d0b7a9eac").ToByteArray(), .. BitConverter.GetBytes((long)s_text.Length), .. new byte[12], .. s_text, .. new byte[50],
        ];
        using var unpacked = Unpacked.From(section);
        Assert.Equal(Encoding.ASCII.GetString(s_text), Assert.Single(unpacked.Contents));
    }

    [Fact]
    public void Binary_parts_of_a_document_that_is_one_xml_file_are_parts()
    {
        byte[] mime = [.. "ActiveMime"u8, .. new byte[40], .. Deflate.Zlib(s_text)];
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes(
            $"<?xml version=\"1.0\"?><w:wordDocument><w:binData w:name=\"editdata.mso\">{Convert.ToBase64String(mime)}</w:binData><pkg:binaryData>{Convert.ToBase64String(s_text)}</pkg:binaryData></w:wordDocument>"));
        Assert.Equal(2, unpacked.Parts.Count());
        Assert.All(unpacked.Contents, c => Assert.Equal(Encoding.ASCII.GetString(s_text), c));
    }
}
