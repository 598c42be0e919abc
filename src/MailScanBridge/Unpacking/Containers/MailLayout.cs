using System.Text;
using MimeKit;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// Where in the file each message and multipart stands, so that an inner message is handed on byte for byte and a missing
/// end boundary shows.
/// </summary>
internal sealed class MailLayout(Stream file)
{
    private readonly Dictionary<MimeMessage, (long Begin, long End)> _messages = [];
    private readonly Dictionary<MimeEntity, (long HeadersEnd, long End)> _entities = [];

    /// <summary>True once a multipart without parts was met: its boundary is not the one that its lines have.</summary>
    public bool HasEmptyMultipart { get; set; }

    public void MessageEnded(object? sender, MimeMessageEndEventArgs e) => _messages[e.Message] = (e.BeginOffset, e.EndOffset);

    public void EntityEnded(object? sender, MimeEntityEndEventArgs e) => _entities[e.Entity] = (e.HeadersEndOffset, e.EndOffset);

    /// <summary>The bytes of an inner message as they were sent; null where the parser did not see it in this file.</summary>
    public Stream? Raw(MimeMessage message, CancellationToken token) =>
        _messages.TryGetValue(message, out (long Begin, long End) at) ? new SliceStream(file, at.Begin, at.End - at.Begin, token) : null;

    /// <summary>The body of an entity as it was sent, transfer encoding included.</summary>
    public Stream? Raw(MimeEntity entity, CancellationToken token) =>
        _entities.TryGetValue(entity, out (long HeadersEnd, long End) at) ? new SliceStream(file, at.HeadersEnd, at.End - at.HeadersEnd, token) : null;

    /// <summary>True where the multipart's end boundary stands behind its last part; true as well where the file is not at hand.</summary>
    public bool HasEnd(Multipart multipart, CancellationToken token)
    {
        if (string.IsNullOrEmpty(multipart.Boundary) || !_entities.TryGetValue(multipart, out (long HeadersEnd, long End) at))
            return true;
        long from = at.HeadersEnd;
        if (multipart.Count > 0 && _entities.TryGetValue(multipart[^1], out (long HeadersEnd, long End) last))
            from = Math.Max(from, last.End - 2);
        byte[] boundary = Encoding.UTF8.GetBytes("--" + multipart.Boundary + "--");
        // The last part ends where a boundary line was found or where the file ended: a bounded look is enough, and the
        // parser's end offset may stand on either side of that line.
        using var tail = new SliceStream(file, Math.Max(0, from - boundary.Length), boundary.Length * 2L + 256, token);
        var buffer = new byte[tail.Length];
        tail.ReadExactly(buffer);
        return buffer.AsSpan().IndexOf(boundary) >= 0;
    }
}
