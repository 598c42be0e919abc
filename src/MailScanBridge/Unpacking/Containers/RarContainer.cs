using SharpCompress.Readers;
using SharpCompress.Readers.Rar;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>RAR 1.5 to 5.</summary>
internal sealed class RarContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Rar;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        ArchivePasswords.TakeOut(content, parts, Open);
    }

    private static IReader Open(Stream content, string? password)
    {
        content.Position = 0;
        return RarReader.OpenReader(content, new ReaderOptions { LeaveStreamOpen = true, Password = password });
    }
}
