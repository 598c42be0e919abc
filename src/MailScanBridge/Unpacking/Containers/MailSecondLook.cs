using System.Text.RegularExpressions;
using MimeKit;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// Takes out of an ambiguous mail every part that some mail program might show, and says that it is ambiguous. Senders
/// make such mails to have the filter and the recipient see different things.
/// </summary>
internal static partial class MailSecondLook
{
    /// <param name="content">The mail.</param>
    /// <param name="parts">Takes what is found.</param>
    /// <param name="always">Also where nothing in the mail says that it is ambiguous.</param>
    public static void TakeOut(Stream content, PartSink parts, bool always)
    {
        if (content.Length > parts.Budget.MaxItemBytes)
        {
            parts.Problem(Reasons.Limits, $"a mail larger than {parts.Budget.MaxItemBytes} bytes is not searched for what mail programs read differently (unpacking.max_item)");
            return;
        }

        var mail = new byte[content.Length];
        content.Position = 0;
        content.ReadExactly(mail);
        var lines = new MailLines(mail);
        if (lines.Signs.Count == 0 && !always)
            return;
        if (lines.Signs.Count > 0)
            parts.Problem(Reasons.Damaged, $"mail programs read this mail differently: {string.Join(", ", lines.Signs)}");
        foreach (MailLines.Part part in lines.Parts())
        {
            parts.Token.ThrowIfCancellationRequested();
            ContentEncoding encoding = EncodingOf(part.Headers);
            parts.Write(Name().Match(part.Headers) is { Success: true } name ? name.Groups["name"].Value.Trim() : null, null, target =>
            {
                using var body = new MimeContent(new MemoryStream(mail, part.Start, part.End - part.Start), encoding);
                body.DecodeTo(target, parts.Token);
            });
        }
    }

    private static ContentEncoding EncodingOf(string headers) =>
        headers.Contains("base64", StringComparison.Ordinal) ? ContentEncoding.Base64
        : headers.Contains("quoted-printable", StringComparison.Ordinal) ? ContentEncoding.QuotedPrintable
        : headers.Contains("uuencode", StringComparison.Ordinal) ? ContentEncoding.UUEncode
        : ContentEncoding.Default;

    [GeneratedRegex(@"name\*?=\s*""?(?<name>[^"";\n]+)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
