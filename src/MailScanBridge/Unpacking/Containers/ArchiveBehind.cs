namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// A RAR or 7z behind a picture or a PDF, as self-extractors have it behind a program: archivers look for it there (zip has its own reader, which
/// looks everywhere). What stands from its signature on is a part.
/// </summary>
internal sealed class ArchiveBehind : IContainer
{
    private static readonly byte[][] s_signatures = ["Rar!\u001a\u0007"u8.ToArray(), [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]];

    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Pdf || item.Type.StartsWith("image/", StringComparison.Ordinal);

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        // Inside a PDF, an archive is one of its files.
        long from = item.Type == ContentTypes.Pdf ? ZipDirectory.Find(content, "%%EOF"u8, 0, content.Length, parts.Token) : 0;
        if (from < 0)
            return;
        foreach (byte[] signature in s_signatures)
        {
            if (ZipDirectory.Find(content, signature, from, content.Length, parts.Token) is var at and >= 0)
                parts.Read(item.Name, null, () => new SliceStream(content, at, content.Length - at, parts.Token));
        }
    }
}
