namespace MailScanBridge.Unpacking.Containers;

/// <summary>Containers that are recognised and not opened here: said, so that what is inside never counts as seen.</summary>
internal sealed class UnopenedContainer : IContainer
{
    private static readonly HashSet<string> s_types =
    [
        ContentTypes.Cabinet, ContentTypes.Iso9660, ContentTypes.Udf, ContentTypes.Arj, ContentTypes.Ace, ContentTypes.Arc, ContentTypes.Lha,
        ContentTypes.Cpio, ContentTypes.Ar, ContentTypes.Xar, ContentTypes.Wim, ContentTypes.Vhd, ContentTypes.Vhdx, ContentTypes.Chm,
        ContentTypes.Szdd, ContentTypes.Symbian, ContentTypes.Lz4, ContentTypes.BinHex, ContentTypes.UuEncoded, ContentTypes.Pgp,
        ContentTypes.Installer, ContentTypes.OneNote, ContentTypes.OutlookMessage,
    ];

    public bool Opens(ScanItem item, Stream content) => s_types.Contains(item.Type);

    public void Open(ScanItem item, Stream content, PartSink parts) =>
        parts.Problem(item.Type == ContentTypes.Pgp ? Reasons.Encrypted : Reasons.Unsupported, $"{item.Type} is not opened");
}
