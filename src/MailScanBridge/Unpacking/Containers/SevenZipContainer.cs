using SharpCompress.Archives;
using SharpCompress.Archives.SevenZip;
using SharpCompress.Readers;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>7z, read in the order of its blocks: a solid block has no other.</summary>
internal sealed class SevenZipContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.SevenZip;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        ArchivePasswords.TakeOut(content, parts, Open);
    }

    private static IReader Open(Stream content, string? password)
    {
        content.Position = 0;
        IArchive archive = SevenZipArchive.OpenArchive(content, new ReaderOptions { LeaveStreamOpen = true, Password = password });
        return archive.ExtractAllEntries();
    }
}
