using SharpCompress.Common;
using SharpCompress.Readers;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Opens 7z and RAR, with one of the likely passwords where they need one.</summary>
internal static class ArchivePasswords
{
    public static void TakeOut(Stream content, PartSink parts, Func<Stream, string?, IReader> open)
    {
        if (!IsLocked(content, open, parts.Token))
        {
            using IReader reader = open(content, null);
            ArchiveMembers.TakeOut(reader, parts);
            return;
        }

        int tried = 0;
        foreach (string password in parts.Passwords(slow: true))
        {
            tried++;
            parts.Token.ThrowIfCancellationRequested();
            if (!IsRight(content, open, password, parts))
                continue;
            parts.Opened(password);
            using IReader reader = open(content, password);
            ArchiveMembers.TakeOut(reader, parts, unlocked: true);
            parts.Opened(null);
            return;
        }

        TakeOutUnlocked(content, parts, open, tried);
    }

    // Members without a password beside those with one are read all the same; where the list itself is encrypted there are none to see.
    private static void TakeOutUnlocked(Stream content, PartSink parts, Func<Stream, string?, IReader> open, int tried)
    {
        try
        {
            using IReader reader = open(content, null);
            ArchiveMembers.TakeOut(reader, parts);
        }
        catch (Exception e) when (Hostile.Describe(e) is { Reason: Reasons.Encrypted })
        {
            parts.StaysClosed(null, tried, slow: true);
        }
    }

    private static bool IsLocked(Stream content, Func<Stream, string?, IReader> open, CancellationToken token)
    {
        try
        {
            using IReader reader = open(content, null);
            while (reader.MoveToNextEntry())
            {
                token.ThrowIfCancellationRequested();
                if (!reader.Entry.IsEncrypted)
                    continue;
                reader.Cancel();
                return true;
            }

            return false;
        }
        catch (Exception e) when (Hostile.Describe(e) is { } hostile)
        {
            return hostile.Reason == Reasons.Encrypted; // anything else shows again when it is read
        }
    }

    // The first member with content and a checksum must come out as the checksum says: a wrong key makes garbage.
    private static bool IsRight(Stream content, Func<Stream, string?, IReader> open, string password, PartSink parts)
    {
        try
        {
            using IReader reader = open(content, password);
            while (reader.MoveToNextEntry())
            {
                IEntry entry = reader.Entry;
                if (entry.IsDirectory || !entry.IsEncrypted || entry.Size <= 0)
                    continue;
                uint crc = Crc32.Start;
                long length = 0;
                var buffer = new byte[64 * 1024];
                EntryStream data = reader.OpenEntryStream();
                int read;
                while ((read = data.Read(buffer, 0, buffer.Length)) > 0 && length <= parts.Budget.MaxItemBytes)
                {
                    parts.Token.ThrowIfCancellationRequested();
                    crc = Crc32.Append(crc, buffer.AsSpan(0, read));
                    length += read;
                }

                reader.Cancel();
                return entry.Crc != 0 && Crc32.Finish(crc) == (uint)entry.Crc;
            }

            return false;
        }
        catch (Exception e) when (Hostile.Describe(e) is not null)
        {
            return false;
        }
    }
}
