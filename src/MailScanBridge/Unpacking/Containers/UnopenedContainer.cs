namespace MailScanBridge.Unpacking.Containers;

/// <summary>Containers that are recognised and not opened here: said, so that what is inside never counts as seen.</summary>
internal sealed class UnopenedContainer : IContainer
{
    private static readonly HashSet<string> s_types =
    [
        ContentTypes.Udf, ContentTypes.Lha, ContentTypes.Xar, ContentTypes.Wim, ContentTypes.Vhd, ContentTypes.Vhdx, ContentTypes.Chm,
        ContentTypes.Szdd, ContentTypes.Symbian, ContentTypes.Lz4, ContentTypes.BinHex, ContentTypes.Pgp, ContentTypes.CmsEncrypted,
    ];

    public bool Opens(ScanItem item, Stream content) => s_types.Contains(item.Type);

    public void Open(ScanItem item, Stream content, PartSink parts) =>
        parts.Problem(item.Type is ContentTypes.Pgp or ContentTypes.CmsEncrypted ? Reasons.Encrypted : Reasons.Unsupported, $"{item.Type} is not opened");
}
