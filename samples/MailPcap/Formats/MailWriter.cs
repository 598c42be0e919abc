using System.Globalization;
using System.Text;

namespace MailScanBridge.Samples.MailPcap.Formats;

/// <summary>Writes a mail (RFC 5322, 2045-2047, 2231) with CR LF and boundaries of our own choosing.</summary>
internal sealed class MailWriter(string subject, int number)
{
    private readonly List<string> _parts = [];

    private string Boundary => string.Create(CultureInfo.InvariantCulture, $"=_mailscan-{number:D2}");

    public MailWriter Text(string text) => Part("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit", text + "\r\n");

    public MailWriter Html(string html) => Part("Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit", html + "\r\n");

    /// <summary>An attachment in base64 under a plain ASCII name.</summary>
    public MailWriter Attach(string type, string name, byte[] content) =>
        Part($"Content-Type: {type}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64", Base64(content));

    /// <summary>An attachment whose name is encoded as RFC 2231 has it, so that it may hold any character.</summary>
    public MailWriter AttachEncoded(string type, string name, byte[] content) =>
        Part($"Content-Type: {type}\r\nContent-Disposition: attachment;\r\n filename*=utf-8''{Percent(name)}\r\nContent-Transfer-Encoding: base64", Base64(content));

    /// <summary>A message inside this one, as a forward makes it.</summary>
    public MailWriter Forward(byte[] message) =>
        Part("Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"forwarded.eml\"", Encoding.Latin1.GetString(message));

    public byte[] ToArray(string kind = "mixed")
    {
        var mail = new StringBuilder(Headers());
        mail.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/{kind};\r\n boundary=\"{Boundary}\"\r\n\r\nThis is a message in MIME format.\r\n");
        foreach (string part in _parts)
            mail.Append(CultureInfo.InvariantCulture, $"\r\n--{Boundary}\r\n{part}");
        mail.Append(CultureInfo.InvariantCulture, $"\r\n--{Boundary}--\r\n");
        return Encoding.Latin1.GetBytes(mail.ToString());
    }

    /// <summary>A mail that is one text and no MIME tree.</summary>
    public byte[] ToArrayPlain(string text) =>
        Encoding.UTF8.GetBytes($"{Headers()}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text.ReplaceLineEndings("\r\n")}\r\n");

    private string Headers() => string.Create(CultureInfo.InvariantCulture,
        $"From: Alice <alice@sender.example>\r\nTo: Bob <bob@recipient.example>\r\nSubject: {subject}\r\nDate: Mon, 02 Mar 2026 08:{30 + number % 30:D2}:00 +0000\r\n"
        + $"Message-ID: <sample-{number:D2}@sender.example>\r\nMIME-Version: 1.0\r\n");

    private MailWriter Part(string headers, string body)
    {
        _parts.Add($"{headers}\r\n\r\n{body}");
        return this;
    }

    private static string Base64(byte[] content)
    {
        string text = Convert.ToBase64String(content);
        var lines = new StringBuilder(text.Length + text.Length / 38);
        for (int at = 0; at < text.Length; at += 76)
            lines.Append(text, at, Math.Min(76, text.Length - at)).Append("\r\n");
        return lines.ToString();
    }

    private static string Percent(string name) => string.Concat(Encoding.UTF8.GetBytes(name).Select(b => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-'
        ? ((char)b).ToString() : string.Create(CultureInfo.InvariantCulture, $"%{b:X2}")));
}
