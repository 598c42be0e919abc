using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Office documents that are one XML file (Word 2003 XML, flat OPC): their binary parts stand in them as base64.</summary>
internal sealed partial class XmlContainer : IContainer
{
    // Macros of Word 2003 XML are wrapped once more: this mark, then zlib from here on.
    private const int ActiveMimeData = 50;

    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Xml;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        if (content.Length > parts.Budget.MaxItemBytes)
            throw new LimitReachedException($"an XML file larger than {parts.Budget.MaxItemBytes} bytes (unpacking.max_item)", LimitScope.Part);
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        string xml = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(bytes) : Encoding.Latin1.GetString(bytes);
        foreach (Match match in Binary().Matches(xml))
        {
            parts.Token.ThrowIfCancellationRequested();
            byte[] data;
            try
            {
                data = Convert.FromBase64String(match.Groups["data"].Value);
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

    [GeneratedRegex(@"<(?:pkg:binaryData|w:binData|w:docOleData|o:OLEObject|pic:binData)(?:\s+w:name=""(?<name>[^""]*)"")?[^>]*>(?<data>[A-Za-z0-9+/=\s]+)<", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Binary();
}
