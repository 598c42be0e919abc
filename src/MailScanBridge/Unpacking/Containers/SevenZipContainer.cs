using SharpCompress.Archives;
using SharpCompress.Archives.SevenZip;
using SharpCompress.Common;
using SharpCompress.Readers;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>7z, read in the order of its blocks: a solid block has no other.</summary>
internal sealed class SevenZipContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.SevenZip;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        using IArchive archive = SevenZipArchive.OpenArchive(content, new ReaderOptions { LeaveStreamOpen = true });
        using IReader reader = archive.ExtractAllEntries();
        ArchiveMembers.TakeOut(reader, parts);
    }
}

/// <summary>RAR 1.5 to 5.</summary>
internal sealed class RarContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Rar;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        using IReader reader = SharpCompress.Readers.Rar.RarReader.OpenReader(content, new ReaderOptions { LeaveStreamOpen = true });
        ArchiveMembers.TakeOut(reader, parts);
    }
}

/// <summary>Takes the members out of an archive that SharpCompress reads forward.</summary>
internal static class ArchiveMembers
{
    public static void TakeOut(IReader reader, PartSink parts)
    {
        int entries = 0;
        while (reader.MoveToNextEntry())
        {
            parts.Token.ThrowIfCancellationRequested();
            entries++;
            IEntry entry = reader.Entry;
            if (entry.IsDirectory)
                continue;
            if (entry.IsEncrypted)
            {
                parts.Problem(Reasons.Encrypted, $"{entry.Key}: needs a password");
                continue;
            }

            if (entry.IsSplitAfter)
                parts.Problem(Reasons.Unsupported, $"{entry.Key}: goes on in another volume");
            (uint Crc, long Length)? read = parts.Read(entry.Key, null, reader.OpenEntryStream);
            // 0 is what formats without this checksum show (RAR 5 may use another).
            if (read is { } r && entry.Crc != 0 && entry.Size > 0 && r.Crc != (uint)entry.Crc)
                parts.Problem(Reasons.Damaged, $"{entry.Key}: checksum is not what the archive says");
        }

        // An archive of which nothing can be listed must not look like an archive with nothing in it.
        if (entries == 0)
            parts.Problem(Reasons.Damaged, "no members");
    }
}
