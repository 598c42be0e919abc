using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Pdf;

namespace Fuzz.Targets;

/// <summary>PDF: objects, object streams, every stream's filters, and the keywords that triage weighs.</summary>
internal sealed class PdfTarget : Target
{
    private const int Most = 64 * 1024;
    private static readonly PdfLimits s_limits = new() { MaxObjectStreamBytes = Most, MaxObjects = 200 };

    // Filters hold what they make, up to the limit for each of them; an object is read 16 times at most.
    public override long BytesAtMost => 16 * 1024 * 1024;

    public override long BytesForEach => 4 * 1024;

    public override IReadOnlyList<byte[]> Tokens =>
    [
        .. Ascii(
            "1 0 obj\n", "endobj\n", "stream\n", "endstream\n", "<<", ">>", "[", "]", "/Length 10", "/Type/ObjStm", "/N 2/First 8", "/Filter/FlateDecode", "/Filter[/FlateDecode/LZWDecode]", "/ASCII85Decode",
            "/ASCIIHexDecode", "/RunLengthDecode", "/LZWDecode", "/DecodeParms<</Predictor 12/Columns 4>>", "/Columns 1000000", "/Predictor 15/Colors 32/BitsPerComponent 32", "/JS", "/J#61vaScript", "/OpenAction", "/EmbeddedFile",
            "/EF<</F 2 0 R>>", "/Encrypt", "trailer", "(a\\)b)", "<4142>", "%\n", "2147483647", "-1", "1e999", "2 0 R", "xref", "startxref"),
        [0x78, 0x9c], [0x80, 0x0b, 0x60, 0x50],
    ];

    protected override int Run(byte[] input)
    {
        var file = PdfFile.Read(new MemoryStream(input, writable: false), s_limits, CancellationToken.None);
        Must(file.Objects.Count <= s_limits.MaxObjects, "more objects than the limit");
        Must(file.ObjectStreams.Sum(s => (long)s.Length) <= Most, "more from object streams than the limit");
        var words = new PdfKeywords();
        words.Append(input);
        words.Complete();
        var findings = new List<Finding>();
        PdfTriage.Weigh(words, findings);
        var hash = new HashCode();
        hash.Add(findings.Count);
        hash.Add(file.Objects.Count);
        hash.Add(file.Unseen.Count);
        foreach (var stream in file.Objects.Where(o => o.IsStream).Take(8))
        {
            Must(stream.DataStart + stream.DataLength <= input.Length, "a stream past the end");
            hash.Add(Decoded(file, stream));
        }

        return hash.ToHashCode();
    }

    // .NET's decompressor throws IOException where its own library is confused.
    private static long Decoded(PdfFile file, PdfObject stream)
    {
        using var content = new BoundedBuffer(Most);
        try
        {
            file.Decode(stream, content, s_limits);
        }
        catch (LimitReachedException)
        {
            return -1;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or NotSupportedException)
        {
            return -2;
        }

        Must(content.Length <= Most, "more than the limit");
        return content.Length;
    }
}
