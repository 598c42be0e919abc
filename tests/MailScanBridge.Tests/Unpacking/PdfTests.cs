using System.Text;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Pdf;
using Xunit;
using PdfFile = MailScanBridge.Samples.MailPcap.Formats.PdfFile;

namespace MailScanBridge.Tests.Unpacking;

public class PdfTests
{
    private static readonly byte[] s_text = "a file in a file"u8.ToArray();

    private const string Specification = "<< /Type /Filespec /F (inner.txt) /EF << /F 7 0 R >> >>";

    [Fact]
    public void An_embedded_file_is_a_part_with_its_name()
    {
        using var unpacked = Unpacked.From(PdfFile.Page("x", "", PdfFile.Ascii(Specification), PdfFile.Stream("/Type /EmbeddedFile /Subtype /text#2Fplain ", s_text)));
        ScanItem part = Assert.Single(unpacked.Parts);
        Assert.Equal("inner.txt", part.Name);
        Assert.Equal("text/plain", part.DeclaredType);
        Assert.Equal(s_text, File.ReadAllBytes(part.Path));
        Assert.Empty(unpacked.Result.Problems);
    }

    [Fact]
    public void An_embedded_file_that_does_not_say_so_is_found_by_what_points_to_it()
    {
        using var unpacked = Unpacked.From(PdfFile.Page("x", "", PdfFile.Ascii(Specification), PdfFile.Stream("", s_text)));
        Assert.Equal("inner.txt", Assert.Single(unpacked.Parts).Name);
    }

    [Fact]
    public void What_points_to_it_may_stand_in_an_object_stream()
    {
        using var unpacked = Unpacked.From(PdfFile.Page("x", "", PdfFile.Stream("/Type /ObjStm /N 1 /First 5 ", PdfFile.Ascii("60 0 " + Specification)), PdfFile.Stream("", s_text)));
        Assert.Equal("inner.txt", Assert.Single(unpacked.Parts).Name);
    }

    [Fact]
    public void An_object_that_never_ends_hides_nothing_behind_it()
    {
        using var unpacked = Unpacked.From(PdfFile.Page("x", "/Title (without an end ", PdfFile.Ascii(Specification), PdfFile.Stream("/Type /EmbeddedFile ", s_text)));
        Assert.Equal("inner.txt", Assert.Single(unpacked.Parts).Name);
    }

    // Objects of their own, behind the stream, which is number 7.
    private static byte[] Referring(string entries, byte[] content, params string[] objects) => PdfFile.Page("x", "", PdfFile.Ascii("<< /Type /Filespec /F (inner.txt) /EF 60 0 R >>"),
        [.. PdfFile.Ascii($"<< {entries} >>\nstream\n"), .. content, .. "\nendstream"u8], PdfFile.Ascii(string.Concat(objects.Prepend("<< >>").Prepend("60 0 obj\n<< /F 7 0 R >>\nendobj\n").Select((o, i) => i == 0 ? $"<< >>\nendobj\n{o}61 0 obj\n" : i == 1 ? o : "\nendobj\n" + o))));

    [Theory]
    [InlineData("/Filter 62 0 R", "6120662069 6C65>", "62 0 obj\n/ASCIIHexDecode")]
    [InlineData("/Filter [62 0 R]", "6120662069 6C65>", "62 0 obj\n/ASCIIHexDecode")]
    [InlineData("/Filter 62 0 R", "6120662069 6C65>", "62 0 obj\n63 0 R\nendobj\n63 0 obj\n/ASCIIHexDecode")]
    [InlineData("/Length 62 0 R", "a f endstream ile", "62 0 obj\n17")]
    [InlineData("/Filter /AHx /DecodeParms 62 0 R", "00 6120 00 6620 00 696C 00 6520>", "62 0 obj\n<< /Predictor 12 /Columns 2 >>")]
    public void What_decides_how_an_embedded_file_is_read_may_stand_elsewhere(string entries, string data, string objects)
    {
        using var unpacked = Unpacked.From(Referring(entries, Encoding.ASCII.GetBytes(data), objects));
        Assert.Equal("inner.txt", Assert.Single(unpacked.Parts).Name);
        Assert.Contains(Assert.Single(unpacked.Contents).TrimEnd(), (string[])["a file", "a f ile", "a f endstream ile"]);
        Assert.Empty(unpacked.Result.Problems);
    }

    [Theory]
    [InlineData("62 0 obj\n/ASCIIHexDecode\nendobj\n62 0 obj\n/ASCII85Decode")]
    [InlineData("62 0 obj\n62 0 R")]
    [InlineData("63 0 obj\n/ASCIIHexDecode")]
    public void A_filter_that_is_not_one_thing_is_said(string objects)
    {
        using var unpacked = Unpacked.From(Referring("/Filter 62 0 R", "61>"u8.ToArray(), objects));
        Assert.Equal([Reasons.Unsupported], unpacked.Reasons);
    }

    [Fact]
    public void Objects_of_one_number_without_end_are_a_limit()
    {
        string many = string.Concat(Enumerable.Repeat("1 0 obj 1 0 R endobj\n", 20_000));
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes("%PDF-1.4\n" + many + "2 0 obj << /EF 1 0 R >> endobj\n"));
        Assert.Equal([Reasons.Limits], unpacked.Reasons);
    }

    [Fact]
    public void Embedded_files_of_a_locked_pdf_are_said()
    {
        using var unpacked = Unpacked.From(Encoding.Latin1.GetString(PdfFile.Page("x", "", PdfFile.Ascii(Specification), PdfFile.Stream("/Type /EmbeddedFile ", s_text)))
            .Replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 3 0 R", StringComparison.Ordinal) is var locked ? Encoding.Latin1.GetBytes(locked) : []);
        Assert.Equal([Reasons.Encrypted], unpacked.Reasons);
    }

    [Fact]
    public void Values_nested_beyond_the_limit_are_said()
    {
        using var unpacked = Unpacked.From(PdfFile.Page("x", "", PdfFile.Ascii(new string('[', 100_000))));
        Assert.Equal([Reasons.Limits], unpacked.Reasons);
    }

    [Fact]
    public void Objects_that_never_end_do_not_cost_more_than_their_share()
    {
        string many = string.Concat(Enumerable.Repeat("1 0 obj (", 20_000));
        using var unpacked = Unpacked.From(Encoding.ASCII.GetBytes("%PDF-1.4\n" + many));
        Assert.Equal([Reasons.Limits], unpacked.Reasons);
    }

    [Theory]
    [InlineData("/ASCIIHexDecode", "61 62\n63>", "abc")]
    [InlineData("/AHx", "616", "a`")]
    [InlineData("/ASCII85Decode", "9jqo^BlbD-BleB1DJ+*+F(f,q~>", "Man is distinguished")]
    [InlineData("/A85", "z~>", "\0\0\0\0")]
    [InlineData("/RunLengthDecode", "\u0002abc\u00fex\u0080", "abcxxx")]
    [InlineData("/LZWDecode", "\u0080\u000b\u0060\u0050\u0022\u000c\u000c\u0085\u0001", "-----A---B")]
    [InlineData("[/AHx /RL]", "02616263FE7880>", "abcxxx")]
    [InlineData("/DCTDecode", "raw", "raw")]
    public void Filters_are_undone(string filter, string data, string content)
    {
        object? value = new PdfParser(Encoding.Latin1.GetBytes($"<< /Filter {filter} >>"), 0, 10).Read();
        using var target = new MemoryStream();
        PdfFilters.Decode(Encoding.Latin1.GetBytes(data), Assert.IsType<PdfDictionary>(value), v => v, target, 1000);
        Assert.Equal(content, Encoding.Latin1.GetString(target.ToArray()));
    }

    [Theory]
    [InlineData("(a\\(b\\)c)", "a(b)c")]
    [InlineData("(a(b)c)", "a(b)c")]
    [InlineData("(\\101\\n\\\\)", "A\n\\")]
    [InlineData("<41 4>", "A@")]
    public void Strings_are_read(string source, string text) =>
        Assert.Equal(text, Encoding.Latin1.GetString(Assert.IsType<byte[]>(new PdfParser(Encoding.Latin1.GetBytes(source), 0, 10).Read())));

    [Fact]
    public void Dictionaries_are_read_with_all_that_may_stand_in_them()
    {
        var dictionary = Assert.IsType<PdfDictionary>(new PdfParser("<</A/B/C#20D 1 0 R/E[1 2.5 null true(x)]%comment\n/F<</G/H>>/I 3>>"u8, 0, 10).Read());
        Assert.Equal("B", dictionary.Name("A"));
        Assert.Equal(new PdfReference(1), dictionary["C D"]);
        Assert.Equal(5, Assert.IsType<List<object?>>(dictionary["E"]).Count);
        Assert.Equal("H", Assert.IsType<PdfDictionary>(dictionary["F"]).Name("G"));
        Assert.Equal(3, dictionary.Number("I"));
    }
}
