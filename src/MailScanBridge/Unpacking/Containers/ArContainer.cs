using System.Globalization;
using System.Text;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Unix ar, and so Debian packages: a header of 60 characters in front of each member.</summary>
internal sealed class ArContainer : IContainer
{
    private const int Magic = 8, HeaderLength = 60;

    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Ar;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        var header = new byte[HeaderLength];
        long at = Magic;
        while (at < content.Length)
        {
            parts.Token.ThrowIfCancellationRequested();
            if (!ZipHeaders.ReadAt(content, at, header))
                throw new InvalidDataException("ar header cut short");
            string text = Encoding.Latin1.GetString(header);
            if (!text.EndsWith("`\n", StringComparison.Ordinal) || !long.TryParse(text.AsSpan(48, 10).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long size))
                throw new InvalidDataException("not an ar header");
            long start = at + HeaderLength;
            if (start + size > content.Length)
                parts.Problem(Reasons.Damaged, $"{text[..16].Trim()}: ends past the end of the file");
            parts.Read(text[..16].Trim().TrimEnd('/'), null, () => new SliceStream(content, start, size, parts.Token));
            at = start + size + (size & 1);
        }
    }
}
