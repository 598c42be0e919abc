using System.Globalization;
using System.Text;
using MailScanBridge;

namespace Fuzz.Targets;

/// <summary>Text made safe to print: no control, no hidden and no reversing character comes through, and the length is bounded.</summary>
internal sealed class PrintableTarget : Target
{
    private const int Limit = 100;

    public override IReadOnlyList<byte[]> Tokens => Ascii("\x1b[2J", "\x1b]0;x\x07", "\xe2\x80\xae", "\xef\xbb\xbf", "\xed\xa0\x80", "\xf0\x9f\x98\x80", "\xf4\x90\x80\x80", "\xc2\x9b", "\n", "\0", "%s%n", "$(id)", "\\");

    protected override int Run(byte[] input)
    {
        var ofBytes = Printable.Text(input, Limit);
        var ofText = Printable.Text(Encoding.UTF8.GetString(input), Limit);
        var ofUtf16 = Printable.Text(Encoding.Unicode.GetString(input), Limit);
        foreach (var text in (string[])[ofBytes, ofText, ofUtf16, Printable.Again(ofText, Limit)])
        {
            Must(text.Length < Limit + 64, "longer than the limit");
            Must(!text.EnumerateRunes().Any(IsHidden), "a character that hides, moves or reverses text");
        }

        return HashCode.Combine(ofBytes, ofText, ofUtf16);
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
}
