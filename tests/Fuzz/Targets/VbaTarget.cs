using System.Text;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Unpacking.Office;

namespace Fuzz.Targets;

/// <summary>The compression of macro source, and the search in what comes out.</summary>
internal sealed class VbaTarget : Target
{
    private const int Max = 64 * 1024;
    private const int Chunk = 4096;

    // The text is held as bytes while it grows, then as characters, twice.
    public override long BytesAtMost => 24 * (Max + Chunk);

    public override IReadOnlyList<byte[]> Tokens => Ascii("Sub AutoOpen()", "Shell", " _\r\n", "Open x For Output", "Attribute VB_Name", "\x01\x03\xb0\x02", "\xff\xbf", "\xff\x3f");

    protected override int Run(byte[] input)
    {
        byte[] text;
        try
        {
            text = VbaCompression.Decompress(input, Max);
        }
        catch (InvalidDataException)
        {
            Must(input is not [1, ..], "refused although it has the signature");
            return 1;
        }

        Must(text.Length < Max + Chunk, "more text than was allowed");
        Must(VbaCompression.Decompress(input.AsSpan(0, (input.Length + 1) / 2), Max) is var half && text.AsSpan().StartsWith(half.AsSpan(0, half.Length / Chunk * Chunk)), "half of the input is not the beginning of the whole");
        var findings = new List<Finding>();
        VbaTriage.Check(Encoding.Latin1.GetString(text), findings);
        return HashCode.Combine(text.Length, findings.Count);
    }
}
