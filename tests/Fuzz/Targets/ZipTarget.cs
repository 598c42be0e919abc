using System.IO.Compression;
using MailScanBridge.Unpacking.Containers;

namespace Fuzz.Targets;

/// <summary>The two directories of a zip, compared. What .NET's own reader can open is never more than ours lists or finds fault with.</summary>
internal sealed class ZipTarget : Target
{
    private const int MaxMembers = 50;

    // Searching takes a buffer of 64 KiB for each gap, and a header may have 128 KiB behind it.
    public override long BytesAtMost => 32 * 1024 * 1024;

    public override long BytesForEach => 32 * 1024;

    public override IReadOnlyList<byte[]> Tokens =>
        Ascii("PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x07\x08", "PK\x06\x06", "PK\x06\x07", "\x01\x99\x07\0\x02\0AE\x03\x08\0", "\x01\0\x10\0", "../", "a.exe");

    protected override int Run(byte[] input)
    {
        using var file = new MemoryStream(input, writable: false);
        var directory = ZipDirectory.Read(file, MaxMembers, CancellationToken.None);
        Must(directory.Members.Count <= MaxMembers + 1, "more members than were asked for");
        foreach (var member in directory.Members)
        {
            Must(member.HeaderOffset >= 0 && member.DataOffset <= input.Length, $"{member.DataOffset}: data that starts past the end");
            Must(member.CompressedSize >= 0, "a size below zero");
        }

        if (!directory.IsCut && directory.Faults.Count == 0)
            Must(Opened(input) <= directory.Members.Count, "another reader opens more members, and we find no fault");
        return HashCode.Combine(directory.Members.Count, directory.Faults.Count, directory.IsCut, ZipDirectory.EndsIn(file), ZipDirectory.StandsIn(file));
    }

    // A member without a local header is listed by it, and cannot be opened.
    private static int Opened(byte[] input)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(input, writable: false), ZipArchiveMode.Read);
            return zip.Entries.Count(Opens);
        }
        catch (InvalidDataException)
        {
            return 0;
        }
    }

    private static bool Opens(ZipArchiveEntry entry)
    {
        try
        {
            using var content = entry.Open();
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            return false;
        }
    }
}
