using MimeKit;
using MimeKit.Tnef;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Outlook's winmail.dat ([MS-OXTNEF]): body, attachments and messages within.</summary>
internal sealed class TnefContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Tnef;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        using var tnef = new TnefPart { Content = new MimeContent(content) };
        using MimeMessage message = tnef.ConvertToMessage();
        if (message.Body is { } body)
            new MimeTree(parts, layout: null).Walk(body);
        if (parts.Count == 0)
            parts.Problem(Reasons.Damaged, "TNEF without body or attachments");
    }
}
