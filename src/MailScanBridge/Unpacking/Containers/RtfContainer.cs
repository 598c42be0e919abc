using MailScanBridge.Unpacking.Office;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Objects in an RTF.</summary>
internal sealed class RtfContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Rtf;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        byte[] rtf = parts.Whole(content, "an RTF");
        foreach (RtfObject found in RtfObjects.Read(rtf, parts.Token))
        {
            if (found.ClassName is null)
                parts.Problem(Reasons.Damaged, "an object without a sound header");
            OlePackage? package = "Package".Equals(found.ClassName, StringComparison.OrdinalIgnoreCase) ? OlePackage.Read(found.Rest, sized: false) : null;
            parts.Read(package?.Name ?? found.ClassName, null, () => new MemoryStream((package?.Content ?? found.Content).ToArray()));
        }
    }
}
