using System.Globalization;
using System.Text;
using CsCheck;
using Xunit;

namespace MailScanBridge.Tests;

public sealed class PrintableTests
{
    internal static void AssertPrintable(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            Assert.DoesNotContain(Rune.GetUnicodeCategory(rune), (UnicodeCategory[])
            [
                UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator, UnicodeCategory.Surrogate,
                UnicodeCategory.PrivateUse, UnicodeCategory.OtherNotAssigned,
            ]);
            Assert.NotEqual(Rune.ReplacementChar, rune);
        }
    }

    [Fact]
    public void Whatever_bytes_come_the_text_is_printable_and_bounded() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[1, 200]).Sample((bytes, limit) =>
        {
            var text = Printable.Text(bytes, limit);
            AssertPrintable(text);
            Assert.InRange(text.Length, 0, limit + 40);
        });

    [Fact]
    public void Whatever_text_comes_the_result_is_printable_and_bounded() =>
        Gen.Select(Gen.Char.Array[0, 300], Gen.Int[1, 200]).Sample((characters, limit) =>
        {
            var text = Printable.Text(new string(characters).Replace("\ufffd", "", StringComparison.Ordinal), limit);
            AssertPrintable(text);
            Assert.InRange(text.Length, 0, limit + 40);
        });

    [Fact]
    public void Different_bytes_are_different_texts() =>
        Gen.Select(Gen.Byte.Array[0, 6], Gen.Byte.Array[0, 6]).Sample((a, b) =>
            Assert.Equal(a.AsSpan().SequenceEqual(b), Printable.Text(a) == Printable.Text(b)));

    [Theory]
    [InlineData("plain text, ünïcödé 漢字", "plain text, ünïcödé 漢字")]
    [InlineData("a\nb\r\tc\\d", "a\\nb\\r\\tc\\\\d")]
    [InlineData("\0\u0007\u001b[31m\u007f", "\\x00\\x07\\x1b[31m\\x7f")]
    [InlineData("\u0085\u2028\u2029\u202e\u200b\ufeff\ue000", "\\u{85}\\u{2028}\\u{2029}\\u{202e}\\u{200b}\\u{feff}\\u{e000}")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Text_is_shown_with_its_oddities(string? text, string shown) => Assert.Equal(shown, Printable.Text(text));

    [Fact]
    public void Half_characters_are_shown_as_such() => Assert.Equal("\\ud800x\\udc00", Printable.Text("\ud800x\udc00"));

    [Fact]
    public void Bytes_that_are_no_UTF8_are_shown_one_by_one() =>
        Assert.Equal("a\\xff\\xc3(\\xed\\xa0\\x80", Printable.Text([(byte)'a', 0xff, 0xc3, (byte)'(', 0xed, 0xa0, 0x80]));

    [Fact]
    public void What_is_cut_says_how_long_it_was()
    {
        Assert.Equal($"{new string('a', 200)}... (500 characters)", Printable.Text(new string('a', 500)));
        Assert.Equal($"{new string('a', 10)}... (500 bytes)", Printable.Text(Encoding.ASCII.GetBytes(new string('a', 500)), 10));
        Assert.Equal(new string('a', 200), Printable.Text(new string('a', 200)));
    }
}
