using MailScanBridge.Unpacking.Containers;
using MailScanBridge.Unpacking.Types;

namespace Fuzz.Targets;

/// <summary>Our own reading of mail: its lines, headers, boundaries, and what stands between them.</summary>
internal sealed class MailTarget : Target
{
    public override IReadOnlyList<byte[]> Tokens => Ascii(
        "Content-Type: multipart/mixed; boundary=x", "Content-Type: text/plain; name=\"a\"", "\r\n", "\n", "\r", "\r\n\r\n", "--x\r\n", "--x--", "boundary=", "Content-Transfer-Encoding: base64", "Content-Disposition: attachment",
        "Subject: ", "From: ", "Received: ", " (c)", "\"", ";", "=?utf-8?B?", "From a\n");

    protected override int Run(byte[] input)
    {
        var hash = new HashCode();
        var lines = new MailLines(input);
        hash.Add(lines.Signs.Count);
        var last = 0;
        foreach (var part in lines.Parts())
        {
            Must(part.Start >= last && part.Start < part.End && part.End <= input.Length, "parts that overlap, or lie outside");
            last = part.End;
            hash.Add(part.Headers, StringComparer.Ordinal);
        }

        hash.Add(TextTypes.IsMail(input));
        hash.Add(TextTypes.IsHtml(input));
        return hash.ToHashCode();
    }
}
