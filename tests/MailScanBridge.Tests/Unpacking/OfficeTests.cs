using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Office;
using Xunit;

namespace MailScanBridge.Tests.Unpacking;

public class OfficeTests
{
    private const string Macro = "Sub AutoOpen()\r\n    MsgBox \"hello\"\r\nEnd Sub\r\n";

    // Ole10Native: size, type, name, path, two numbers, temporary path, size, content.
    private static byte[] Package(string name, byte[] content, bool sized)
    {
        byte[] package =
        [
            2, 0, .. Encoding.ASCII.GetBytes(name), 0, .. Encoding.ASCII.GetBytes("C:\\" + name), 0, 0, 0, 3, 0, 4, 0, 0, 0, .. "C:\\t"u8, 0,
            .. BitConverter.GetBytes(content.Length), .. content, 0, 0,
        ];
        return sized ? [.. BitConverter.GetBytes(package.Length), .. package] : package;
    }

    private static string Rtf(string className, byte[] native, string hide = "")
    {
        byte[] name = [.. Encoding.ASCII.GetBytes(className), 0];
        byte[] data = [1, 5, 0, 0, 2, 0, 0, 0, .. BitConverter.GetBytes(name.Length), .. name, 0, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(native.Length), .. native];
        string hex = Convert.ToHexStringLower(data);
        return $"{{\\rtf1{{\\object\\objemb{{\\*\\objdata {hex[..11]}{hide}{hex[11..]}}}}}text}}";
    }

    [Fact]
    public void The_source_of_macros_is_a_part()
    {
        using var unpacked = Unpacked.From(WordDocument.With("x", VbaProject.With("Module1", Macro)));
        ScanItem module = unpacked.Parts.Single(p => p.Name == "Module1.bas");
        Assert.Equal(ContentTypes.Vba, module.Type);
        Assert.Equal("Attribute VB_Name = \"Module1\"\r\n" + Macro, File.ReadAllText(module.Path));
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void Macros_are_found_though_the_directory_of_modules_is_broken()
    {
        byte[] broken = VbaProject.With("Module1", Macro);
        int dir = broken.AsSpan().IndexOf((ReadOnlySpan<byte>)[0, 1, 0, 4, 0, 0, 0, 1, 0]); // flags of the first group, then its first record
        Assert.True(dir > 0);
        broken[dir - 1] = 0; // the header of the chunk it is in
        using var unpacked = Unpacked.From(broken);
        Assert.Contains(unpacked.Parts, p => p.Name == "Module1.bas");
    }

    [Fact]
    public void Compressed_source_reads_as_the_specification_says()
    {
        // The examples of [MS-OVBA] 3.2.2 and 3.2.3.
        Assert.Equal("#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa", Decompressed(
            "01 2F B0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6A 01 38 08 61 6B 6C 00 30 6D 6E 6F 70 06 71 02 70 04 10 72 73 74 75 76 10 77 78 79 7A 00 3C"));
        Assert.Equal(new string('a', 73), Decompressed("01 03 B0 02 61 45 00"));
    }

    private static string Decompressed(string hex) =>
        Encoding.ASCII.GetString(VbaCompression.Decompress(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), 10_000));

    [Fact]
    public void Source_that_is_no_container_is_refused() =>
        Assert.Throws<InvalidDataException>(() => VbaCompression.Decompress([2, 3, 4], 100));

    [Fact]
    public void A_file_packed_into_a_document_is_a_part_with_its_name()
    {
        byte[] ole = new CompoundFileWriter().Add("\u0001Ole10Native", Package("run.exe", [1, 2, 3], sized: true)).ToArray();
        using var unpacked = Unpacked.From(ole);
        ScanItem part = Assert.Single(unpacked.Parts);
        Assert.Equal("run.exe", part.Name);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(part.Path));
    }

    [Fact]
    public void A_document_inside_a_document_is_a_part()
    {
        using var unpacked = Unpacked.From(new CompoundFileWriter().Add("ObjectPool/_1/Package", WordDocument.With("x")).ToArray());
        Assert.Equal(ContentTypes.Docx, unpacked.Parts.First().Type);
    }

    [Fact]
    public void Attachments_of_an_Outlook_message_are_parts_with_their_names()
    {
        byte[] message = new CompoundFileWriter()
            .Add("__properties_version1.0", new byte[32])
            .Add("__substg1.0_1000001F", Encoding.Unicode.GetBytes("the body"))
            .Add("__attach_version1.0_#00000000/__substg1.0_3707001F", Encoding.Unicode.GetBytes("note.txt"))
            .Add("__attach_version1.0_#00000000/__substg1.0_37010102", "the note"u8.ToArray())
            .ToArray();
        using var unpacked = Unpacked.From(message);
        Assert.Equal(["body.txt", "note.txt"], unpacked.Parts.Select(p => p.Name).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t ")]
    [InlineData("\\par ")]
    [InlineData("{\\*\\ignored 0badc0de}")]
    [InlineData("{}")]
    public void Objects_of_an_rtf_are_parts_however_their_digits_are_hidden(string hide)
    {
        using var unpacked = Unpacked.From(Encoding.Latin1.GetBytes(Rtf("Package", Package("run.exe", [7, 8, 9], sized: false), hide)));
        ScanItem part = Assert.Single(unpacked.Parts);
        Assert.Equal("run.exe", part.Name);
        Assert.Equal([7, 8, 9], File.ReadAllBytes(part.Path));
    }

    [Fact]
    public void Raw_bytes_in_an_rtf_object_are_read()
    {
        List<RtfObject> objects = RtfObjects.Read("{\\rtf1{\\object{\\objdata 41\\bin2 BC44}}}"u8, CancellationToken.None);
        Assert.Equal("ABCD"u8.ToArray(), Assert.Single(objects).Content.ToArray());
    }

    [Fact]
    public void An_rtf_object_without_a_sound_header_is_said_and_kept()
    {
        using var unpacked = Unpacked.From("{\\rtf1{\\object{\\*\\objdata 0105000002000000ffffffff4141}}}");
        Assert.Equal([Reasons.Damaged], unpacked.Reasons);
        Assert.Single(unpacked.Parts);
    }

    [Theory]
    [InlineData("<a href=\"data:text/plain;base64,aGVsbG8gd29ybGQ=\">x</a>", "hello world")]
    [InlineData("<html><img src='data:text/plain;charset=utf-8;base64,aGVsbG8gd29ybGQ'></html>", "hello world")]
    [InlineData("<html><a href=\"data:text/plain,hello%20world\">x</a></html>", "hello world")]
    [InlineData("<html><a href=\"data:text/plain;base64,aGVs\n\tbG8g d29ybGQ=\">x</a></html>", "hello world")]
    [InlineData("<html><a href=\"da\nta&colon;text/plain;charset='x';base64,aGVsbG8gd29ybGQ%3D\">x</a></html>", "hello world")]
    [InlineData("<html><a href=\"data:text/plain;base64&comma;&#97;GVsbG8&NewLine;gd29ybGQ&equals;\">x</a></html>", "hello world")]
    [InlineData("<html><img src=data:text/plain;base64,aGVsbG8gd29ybGQ alt=x></html>", "hello world")]
    public void Data_uris_are_parts(string page, string content)
    {
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes(page));
        Assert.Contains(content, unpacked.Contents);
    }

    [Theory(Timeout = 30_000)]
    [InlineData('a')]
    [InlineData(' ')]
    [InlineData(';')]
    public async Task A_long_run_behind_data_costs_no_more_than_its_length(char filler)
    {
        var page = Encoding.ASCII.GetBytes($"<html>data:{new string(filler, 100_000)}</html>");

        using var unpacked = await Task.Run(() => Unpacked.From(page), TestContext.Current.CancellationToken);

        Assert.DoesNotContain(Reasons.Limits, unpacked.Reasons);
    }

    [Fact]
    public void A_data_uri_that_cannot_be_decoded_is_said()
    {
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes("<html><a href=\"data:text/plain;base64,!!!!\">x</a></html>"));
        Assert.Equal([Reasons.Unsupported], unpacked.Reasons);
    }

    [Fact]
    public void Base64_in_a_script_is_a_part_where_it_is_of_a_known_kind()
    {
        string known = Convert.ToBase64String(new ZipFile().Add("a", [1]).ToArray());
        string unknown = Convert.ToBase64String([.. Enumerable.Range(0, 100).Select(i => (byte)(i * 7 ^ 0x91))]);
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes($"<html><script>var a = '{known}', b = \"{unknown}\";</script></html>"));
        Assert.Equal(["base64-literal", "a"], unpacked.Parts.Select(p => p.Name));
    }

    [Theory]
    [InlineData("begin 644 cat.txt\n#0V%T\n`\nend\n", "Cat")]
    [InlineData("hello\nbegin 755 cat.txt\n$0V%T<P``\n \nend\nbye\n", "Cats")]
    public void Uuencoded_files_in_a_text_are_parts(string text, string content)
    {
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes(text));
        Assert.Equal("cat.txt", Assert.Single(unpacked.Parts).Name);
        Assert.Equal(content, unpacked.Contents.Single());
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void A_uuencoded_file_without_its_end_is_said()
    {
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes("begin 644 cat.txt\n#0V%T\n"));
        Assert.Equal([Reasons.Damaged], unpacked.Reasons);
    }
}
