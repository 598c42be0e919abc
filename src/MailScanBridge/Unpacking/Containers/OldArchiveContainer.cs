using SharpCompress.Readers;
using SharpCompress.Readers.Ace;
using SharpCompress.Readers.Arc;
using SharpCompress.Readers.Arj;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>ARJ, ACE and ARC: out of use but by those who count on filters not to know them.</summary>
internal sealed class OldArchiveContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type is ContentTypes.Arj or ContentTypes.Ace or ContentTypes.Arc;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        var options = new ReaderOptions { LeaveStreamOpen = true };
        using IReader reader = item.Type switch
        {
            ContentTypes.Arj => ArjReader.OpenReader(content, options),
            ContentTypes.Ace => AceReader.OpenReader(content, options),
            _ => ArcReader.OpenReader(content, options),
        };
        // ACE and ARC have checksums of their own.
        ArchiveMembers.TakeOut(reader, parts, hasCrc32: item.Type == ContentTypes.Arj);
    }
}
