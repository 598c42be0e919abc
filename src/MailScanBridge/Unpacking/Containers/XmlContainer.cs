using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using MailScanBridge.Unpacking.Office;
using MailScanBridge.Unpacking.Types;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Documents that are one XML file (Word 2003 XML, flat OPC, a PDF in Adobe's XDP): their binary parts stand in them as base64. A prefix may have any name.</summary>
internal sealed partial class XmlContainer : IContainer
{
    // Macros of Word 2003 XML are wrapped once more: this mark, then zlib from here on.
    private const int ActiveMimeData = 50;

    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Xml;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        byte[] bytes = parts.Whole(content, "an XML file");
        string xml = XmlText.Plain(TextEncodings.Decode(bytes));
        foreach (Match match in Binary().Matches(xml))
        {
            parts.Token.ThrowIfCancellationRequested();
            byte[] data;
            try
            {
                data = Convert.FromBase64String(WebUtility.HtmlDecode(match.Groups["data"].Value));
            }
            catch (FormatException)
            {
                parts.Problem(Reasons.Damaged, "a binary part that is not base64");
                continue;
            }

            string? name = match.Groups["name"] is { Success: true } found ? found.Value : null;
            if (data.AsSpan().StartsWith("ActiveMime"u8) && data.Length > ActiveMimeData)
                parts.Read(name, null, () => new ZLibStream(new MemoryStream(data, ActiveMimeData, data.Length - ActiveMimeData), CompressionMode.Decompress));
            else
                parts.Read(name, null, () => new MemoryStream(data));
        }
    }

    [GeneratedRegex(@"<(?:[\w.-]+:)?(?:binaryData|binData|docOleData|OLEObject|chunk)(?:\s+(?:[\w.-]+:)?name\s*=\s*[""'](?<name>[^""'<]*)[""'])?(?:\s[^<>]*)?>(?<data>[A-Za-z0-9+/=&#;\s]+)<", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Binary();
}
