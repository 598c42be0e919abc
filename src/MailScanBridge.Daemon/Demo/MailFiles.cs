using System.Text;
using MailScanBridge.Intake;
using MimeKit;

namespace MailScanBridge.Daemon.Demo;

/// <summary>Cuts a mail into files as Zeek's SMTP and MIME analyzers do: each entity with a body, decoded, then the whole message.</summary>
internal static class MailFiles
{
    /// <summary>The files of one mail, in Zeek's order.</summary>
    /// <param name="label">For people.</param>
    /// <param name="mail">As it stands in the .eml file.</param>
    public static IReadOnlyList<SensorFile> Of(string label, byte[] mail)
    {
        var raw = WithNetworkLineEnds(mail);
        using var stream = new MemoryStream(raw, writable: false);
        var message = MimeMessage.Load(ParserOptions.Default, stream);
        var context = Context(message);
        var files = new List<SensorFile>();
        if (message.Body is { } body)
        {
            Collect(body, label, context, files);
        }

        var missing = IsCut(message.Body, raw) ? 1UL : 0;
        if (missing > 0 && files.Count > 0)
        {
            files[^1] = files[^1] with { Missing = missing };
        }

        files.Add(new SensorFile(label, "message", raw, missing, null, null, context, context));
        return files;
    }

    private static void Collect(MimeEntity entity, string label, MailContext context, List<SensorFile> files)
    {
        switch (entity)
        {
            case Multipart multipart:
                foreach (var child in multipart)
                {
                    Collect(child, label, context, files);
                }

                break;
            case MessagePart { Message.Body: { } nested }:
                Collect(nested, label, context, files);
                break;
            case MimePart { Content: { } content } part:
                using (var decoded = new MemoryStream())
                {
                    content.DecodeTo(decoded);
                    if (decoded.Length > 0)
                    {
                        files.Add(new SensorFile(
                            $"{label}: {part.FileName ?? part.ContentType.MimeType}", "part", decoded.ToArray(), 0, Bytes(part.FileName), Bytes(part.ContentType.MimeType), context, context));
                    }
                }

                break;
        }
    }

    /// <summary>A multipart without its closing boundary: the connection ended, or was not seen, in the middle.</summary>
    private static bool IsCut(MimeEntity? body, byte[] raw) =>
        body is Multipart { Boundary: { Length: > 0 } boundary } && raw.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"--{boundary}--")) < 0;

    private static MailContext Context(MimeMessage message) => new()
    {
        Helo = Bytes("mail.example.org"),
        MailFrom = Bytes(message.From.Mailboxes.FirstOrDefault()?.Address),
        RcptTo = [.. message.To.Mailboxes.Select(m => Bytes(m.Address)!)],
        From = Bytes(message.Headers[HeaderId.From]),
        To = [.. message.To.Select(t => Bytes(t.ToString())!)],
        Cc = [.. message.Cc.Select(t => Bytes(t.ToString())!)],
        Subject = Bytes(message.Headers[HeaderId.Subject]),
        MsgId = Bytes(message.Headers[HeaderId.MessageId]),
        Date = Bytes(message.Headers[HeaderId.Date]),
        TransDepth = 1,
    };

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private static byte[] WithNetworkLineEnds(byte[] mail)
    {
        var result = new MemoryStream(mail.Length + 1024);
        for (var i = 0; i < mail.Length; i++)
        {
            if (mail[i] == '\n' && (i == 0 || mail[i - 1] != '\r'))
            {
                result.WriteByte((byte)'\r');
            }

            result.WriteByte(mail[i]);
        }

        return result.ToArray();
    }
}
