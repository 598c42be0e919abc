using System.Formats.Tar;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>tar of every age. Links have no content and are not followed.</summary>
internal sealed class TarContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Tar;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        using var reader = new TarReader(content, leaveOpen: true);
        int entries = 0;
        while (reader.GetNextEntry() is { } entry)
        {
            parts.Token.ThrowIfCancellationRequested();
            entries++;
            if (entry.DataStream is not { } data)
                continue;
            (uint Crc, long Length)? read = parts.Write(entry.Name, null, target => data.CopyTo(target));
            // .NET's reader takes a member that the file cuts short for one that ends.
            if (read is { } r && r.Length != entry.Length)
                parts.Problem(Reasons.Damaged, $"{entry.Name}: {r.Length} of {entry.Length} bytes");
        }

        if (entries == 0)
            parts.Problem(Reasons.Damaged, "no members");
    }
}
