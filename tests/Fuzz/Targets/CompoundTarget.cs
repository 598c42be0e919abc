using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Office;
using MailScanBridge.Unpacking.Types;

namespace Fuzz.Targets;

/// <summary>Compound files: directory, streams, macros, packages, what triage and the type's refinement make of them.</summary>
internal sealed class CompoundTarget : Target
{
    private const int StreamLimit = 64 * 1024;

    // Macro source grows by far when it is decompressed; each of the streams may be the whole file.
    public override long BytesAtMost => 32 * 1024 * 1024;

    public override long BytesForEach => 1024;

    public override int MaxLength => 8192;

    public override IReadOnlyList<byte[]> Tokens =>
    [
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], [0xfe, 0xff, 0xff, 0xff], [0xfd, 0xff, 0xff, 0xff], [9, 0], [12, 0], [6, 0], [0, 0x10, 0, 0],
        .. new[] { "dir", "VBA", "Workbook", "WordDocument", "\u0001Ole10Native", "Package", "EncryptionInfo", "__substg1.0_37010102", "Equation Native" }.Select(System.Text.Encoding.Unicode.GetBytes),
        [0x2f, 0, 0x36, 0], [0x85, 0, 0x0e, 0], [0x13, (byte)'D', (byte)'D', (byte)'E'], [1, 0x19, 0xb0, 0, (byte)'A', (byte)'t', (byte)'t', (byte)'r', (byte)'i', (byte)'b', (byte)'u', (byte)'t'],
    ];

    protected override int Run(byte[] input)
    {
        var hash = new HashCode();
        hash.Add(OleTypes.Refine(new MemoryStream(input, writable: false)), StringComparer.Ordinal);
        var findings = new List<Finding>();
        CompoundTriage.Check(ContentTypes.Excel, input, findings);
        CompoundTriage.Check(ContentTypes.Word, input, findings);
        hash.Add(findings.Count);
        if (Open(input) is not { } file)
            return hash.ToHashCode();
        long read = 0;
        foreach (var entry in file.Entries)
        {
            hash.Add(entry.Path, StringComparer.Ordinal);
            Must(entry.Size >= 0, "a size below zero");
            read += Content(() => Package(file, entry));
        }

        Content(() => VbaModules.Read(file).Sum(m => m.Source.Length));
        hash.Add(read);
        return hash.ToHashCode();
    }

    private static int Package(CompoundFile file, CompoundEntry entry)
    {
        var content = file.Read(entry, StreamLimit);
        Must(content.Length == Math.Min(entry.Size, StreamLimit), "a stream of another length than it says");
        return OlePackage.Read(content, sized: true) is { } package ? package.Content.Length : content.Length;
    }

    private static CompoundFile? Open(byte[] input)
    {
        try
        {
            return CompoundFile.Open(new MemoryStream(input, writable: false));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return null;
        }
    }

    private static int Content(Func<int> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException)
        {
            return -1; // A broken chain.
        }
    }
}
