using MailScanBridge.Unpacking.Types;
using MimeKit;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Mail and mailboxes: every leaf of the MIME tree is a part, and so is every message inside.</summary>
internal sealed class MailContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) =>
        item.Type is ContentTypes.Mail or ContentTypes.Mbox || item.IsDeclaredMail || IsHidden(item, content);

    // Word opens a web archive behind anything, a PDF too, and mail programs skip lines that are no headers.
    private static bool IsHidden(ScanItem item, Stream content) =>
        (item.Type == ContentTypes.Pdf || (TextTypes.IsReadAsMail(item.Name) && (item.Type == ContentTypes.Unknown || item.Type.StartsWith("text/", StringComparison.Ordinal))))
        && FirstHeader(content, "MIME-Version"u8) > 0;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        if (item.Type is not (ContentTypes.Mail or ContentTypes.Mbox) && !item.IsDeclaredMail)
        {
            long start = FirstHeader(content, "MIME-Version"u8);
            parts.Problem(Reasons.Damaged, $"a mail behind {start} bytes of something else");
            var hidden = new SliceStream(content, start, content.Length - start, parts.Token);
            MailSecondLook.TakeOut(hidden, parts, Parse(item, hidden, parts));
            return;
        }

        try
        {
            bool hasEmpty = Parse(item, content, parts);
            MailSecondLook.TakeOut(content, parts, hasEmpty);
        }
        catch (FormatException e) when (parts.Count == 0 && FirstHeader(content, []) is var start and > 0)
        {
            // Mail programs skip lines in front of the headers that the parser refuses.
            parts.Problem(Reasons.Damaged, $"{start} bytes in front of the headers: {e.Message}");
            Parse(item, new SliceStream(content, start, content.Length - start, parts.Token), parts);
        }
    }

    /// <returns>True where a multipart had no parts, so that a more tolerant reader may find some.</returns>
    private static bool Parse(ScanItem item, Stream content, PartSink parts)
    {
        ParserOptions options = ParserOptions.Default.Clone();
        options.MaxMimeDepth = parts.Budget.MaxMultipartDepth;
        MimeFormat format = item.Type == ContentTypes.Mbox ? MimeFormat.Mbox : MimeFormat.Entity;
        var parser = new MimeParser(options, content, format, persistent: true);
        var layout = new MailLayout(content);
        parser.MimeMessageEnd += layout.MessageEnded;
        parser.MimeEntityEnd += layout.EntityEnded;
        while (!parser.IsEndOfStream)
        {
            parts.Token.ThrowIfCancellationRequested();
            MimeMessage message = parser.ParseMessage(parts.Token);
            parts.NoteSubject(message.Subject);
            if (message.Body is { } body)
                new MimeTree(parts, layout).Walk(body);
        }

        return layout.HasEmptyMultipart;
    }

    /// <summary>The first line, after the very first, from which on the content looks like a mail with that header among its first; 0 for none.</summary>
    private static long FirstHeader(Stream content, ReadOnlySpan<byte> needed)
    {
        var head = new byte[(int)Math.Min(ContentTypes.HeadLength, content.Length)];
        content.Position = 0;
        content.ReadExactly(head);
        for (int line = 0; (line = Array.IndexOf(head, (byte)'\n', line) + 1) > 0;)
        {
            if (TextTypes.IsMail(head.AsSpan(line), needed))
                return line;
        }

        return 0;
    }
}
