using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// CMS as mail carries it (S/MIME, RFC 8551): what is signed stands inside, readable for all, and is what a mail program shows. Signatures are
/// not checked: whoever signed a file says nothing on what it does.
/// </summary>
internal sealed class SignedMail : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Cms;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        byte[] bytes = parts.Whole(content, "a signed file");
        var signed = new SignedCms();
        try
        {
            signed.Decode(bytes);
        }
        catch (CryptographicException e)
        {
            parts.Problem(Reasons.Damaged, $"a signed file that cannot be read: {e.Message}");
            return;
        }

        // Nothing is inside where the signature stands beside what it signs.
        if (!signed.Detached && signed.ContentInfo.Content is { Length: > 0 } inner)
            parts.Read(null, null, () => new MemoryStream(inner));
    }
}
