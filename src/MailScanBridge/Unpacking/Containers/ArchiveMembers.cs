using SharpCompress.Common;
using SharpCompress.Readers;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Takes the members out of an archive that SharpCompress reads forward.</summary>
internal static class ArchiveMembers
{
    public static void TakeOut(IReader reader, PartSink parts, bool hasCrc32 = true, bool unlocked = false)
    {
        try
        {
            TakeOutAll(reader, parts, hasCrc32, unlocked);
        }
        catch
        {
            // Otherwise closing the reader decompresses the rest of the member, which may be the very bomb that was stopped.
            reader.Cancel();
            throw;
        }
    }

    private static void TakeOutAll(IReader reader, PartSink parts, bool hasCrc32, bool unlocked)
    {
        int entries = 0;
        while (reader.MoveToNextEntry())
        {
            parts.Token.ThrowIfCancellationRequested();
            entries++;
            IEntry entry = reader.Entry;
            if (entry.IsDirectory)
                continue;
            if (entry.IsEncrypted && !unlocked)
            {
                parts.Problem(Reasons.Encrypted, $"{entry.Key}: needs a password");
                continue;
            }

            if (entry.IsSplitAfter)
                parts.Problem(Reasons.Unsupported, $"{entry.Key}: goes on in another volume", isFinal: true);
            (uint Crc, long Length)? read = parts.Write(entry.Key, null, target => Copy(reader, target));
            // 0 is what formats without this checksum show (RAR 5 may use another).
            if (hasCrc32 && read is { } r && entry.Crc != 0 && entry.Size > 0 && r.Crc != (uint)entry.Crc)
                parts.Problem(Reasons.Damaged, $"{entry.Key}: checksum is not what the archive says");
        }

        // An archive of which nothing can be listed must not look like an archive with nothing in it.
        if (entries == 0)
            parts.Problem(Reasons.Damaged, "no members");
    }

    // Closing a member's stream before its end decompresses the rest of it, so a copy that was stopped leaves it open.
    private static void Copy(IReader reader, Stream target)
    {
        EntryStream content = reader.OpenEntryStream();
        content.CopyTo(target, 64 * 1024);
        content.Dispose();
    }
}
