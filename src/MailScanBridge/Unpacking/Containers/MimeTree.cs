using MimeKit;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Takes the leaves of a MIME tree out, without recursion: its depth is the sender's to choose.</summary>
internal sealed class MimeTree(PartSink parts, MailLayout? layout)
{
    private static readonly Dictionary<string, ContentEncoding> s_encodings = new()
    {
        ["base64"] = ContentEncoding.Base64,
        ["quoted-printable"] = ContentEncoding.QuotedPrintable,
        ["x-uuencode"] = ContentEncoding.UUEncode,
        ["uuencode"] = ContentEncoding.UUEncode,
        ["x-uue"] = ContentEncoding.UUEncode,
    };

    public void Walk(MimeEntity root)
    {
        var pending = new Stack<MimeEntity>();
        pending.Push(root);
        while (pending.TryPop(out MimeEntity? entity))
        {
            parts.Token.ThrowIfCancellationRequested();
            switch (entity)
            {
                case Multipart multipart:
                    OpenMultipart(multipart, pending);
                    break;
                case MessagePart message:
                    OpenMessage(message);
                    break;
                case MimePart part:
                    OpenPart(part);
                    break;
                default:
                    parts.Problem(Reasons.Unsupported, $"MIME entity {entity.GetType().Name}");
                    break;
            }
        }
    }

    private void OpenMultipart(Multipart multipart, Stack<MimeEntity> pending)
    {
        if (layout is not null && !layout.HasEnd(multipart, parts.Token))
            parts.Problem(Reasons.Damaged, $"multipart without its end boundary");
        if (multipart.Count == 0)
        {
            // No boundary, or none that occurs: what a reader shows of it is anyone's guess.
            parts.Problem(Reasons.Damaged, "multipart without parts");
            layout?.HasEmptyMultipart = true;
            if (layout?.Raw(multipart, parts.Token) is { } raw)
                parts.Read(NameOf(multipart), TypeOf(multipart), () => raw);
        }

        for (int i = multipart.Count - 1; i >= 0; i--)
            pending.Push(multipart[i]);
    }

    private void OpenMessage(MessagePart part)
    {
        if (part.Message is not { } message)
        {
            parts.Problem(Reasons.Damaged, "message part without a message");
            return;
        }

        if (layout?.Raw(message, parts.Token) is { } raw)
            parts.Read(NameOf(part), TypeOf(part), () => raw, ContentTypes.Mail);
        else
            parts.Write(NameOf(part), TypeOf(part), target => message.WriteTo(target, parts.Token), ContentTypes.Mail);
    }

    private void OpenPart(MimePart part)
    {
        if (part.ContentType.IsMimeType("multipart", "*"))
            parts.Problem(Reasons.Limits, $"multiparts more than {parts.Budget.MaxMultipartDepth} deep (unpacking.max_multiparts)");
        if (part.ContentType.IsMimeType("message", "partial"))
            parts.Problem(Reasons.Unsupported, "message/partial: one piece of a message that is sent in several");
        if (part.ContentType.IsMimeType("message", "external-body"))
            parts.Problem(Reasons.Unsupported, "message/external-body: its content is elsewhere");
        parts.Write(NameOf(part), TypeOf(part), target => part.Content?.DecodeTo(target, parts.Token));
        CheckEncoding(part);
    }

    // In an encoding that is not undone the content was not seen. Some programs take a quoted name for the name.
    private void CheckEncoding(MimePart part)
    {
        string stated = part.Headers[HeaderId.ContentTransferEncoding] ?? "";
        int comment = stated.IndexOf('(', StringComparison.Ordinal);
        string value = (comment < 0 ? stated : stated[..comment]).Trim().ToLowerInvariant();
        if (value is "" or "7bit" or "7-bit" or "8bit" or "8-bit" or "binary" || (s_encodings.ContainsKey(value) && part.ContentTransferEncoding != ContentEncoding.Default))
            return;
        parts.Problem(Reasons.Unsupported, $"transfer encoding {Printable.Text(stated)}");
        if (part.Content?.Stream is { } raw && s_encodings.TryGetValue(value.Trim('"', '\'', ';', ' '), out ContentEncoding meant))
            parts.Write(NameOf(part), TypeOf(part), target => new MimeContent(raw, meant).DecodeTo(target, parts.Token));
    }

    private static string? NameOf(MimeEntity entity) =>
        entity.ContentDisposition?.FileName ?? entity.ContentType.Name;

    private static string TypeOf(MimeEntity entity) => entity.ContentType.MimeType.ToLowerInvariant();
}
