using System.Text;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// A mail as lines, ended by CR LF, LF or CR alike, read without believing in MIME's grammar. Where mail programs differ on
/// what a mail means, this finds the parts that any of them might show.
/// </summary>
internal sealed class MailLines
{
    // The longest header that is looked at, in characters; a longer one is cut.
    private const int LongestHeader = 64 * 1024;

    private readonly byte[] _mail;
    private readonly HashSet<string> _signs = [];
    private readonly Dictionary<string, int> _declared = new(StringComparer.Ordinal); // boundaries, and how many headers name each
    private readonly HashSet<string> _outOfPlace = new(StringComparer.Ordinal); // named where there is no multipart

    public MailLines(byte[] mail)
    {
        _mail = mail;
        ReadHeaders();
    }

    /// <summary>Why programs may differ on this mail, in words; empty for a mail that all read alike.</summary>
    public IReadOnlyCollection<string> Signs => _signs;

    /// <summary>One part between boundary lines: its headers in lower case, unfolded, and where its body is.</summary>
    public readonly record struct Part(string Headers, int Start, int End);

    /// <summary>All that stands between any two lines that are a boundary by any of the mail's headers.</summary>
    public IEnumerable<Part> Parts()
    {
        int start = -1;
        for (int at = 0; at < _mail.Length;)
        {
            int end = LineEnd(at, out int next);
            if (IsBoundary(at, end))
            {
                if (start >= 0 && Cut(start, at) is { } part)
                    yield return part;
                start = next;
            }

            at = next;
        }

        if (start >= 0 && Cut(start, _mail.Length) is { } last)
            yield return last;
    }

    private Part? Cut(int start, int end)
    {
        string headers = Headers(ref start);
        return start < end ? new Part(headers.ToLowerInvariant(), start, end) : null;
    }

    private void ReadHeaders()
    {
        int bareReturns = _mail.AsSpan().IndexOf((byte)'\n') < 0 ? _mail.AsSpan().Count((byte)'\r') : 0;
        if (bareReturns > 1)
            _signs.Add("lines that end in CR alone");

        int at = 0;
        Note(Headers(ref at));
        while (at < _mail.Length)
        {
            int end = LineEnd(at, out int next);
            bool boundary = end - at > 2 && _mail[at] == '-' && _mail[at + 1] == '-';
            at = next;
            if (boundary)
                Note(Headers(ref at));
        }

        LookAtBoundaries();
    }

    /// <summary>What the lines say that no header does: parts behind the end of a multipart, and parts of what is none.</summary>
    private void LookAtBoundaries()
    {
        bool isMailbox = _mail.AsSpan().StartsWith("From "u8); // its mails may well have the same boundary
        var ended = new HashSet<string>(StringComparer.Ordinal);
        for (int at = 0; at < _mail.Length;)
        {
            int end = LineEnd(at, out int next);
            if (IsBoundary(at, end))
            {
                string line = Encoding.Latin1.GetString(_mail, at + 2, end - at - 2).TrimEnd();
                if (_outOfPlace.Contains(line))
                    _signs.Add("a boundary of what is no multipart");
                if (!_declared.ContainsKey(line))
                    ended.Add(line[..^2]);
                else if (!isMailbox && ended.Contains(line) && _declared[line] == 1)
                    _signs.Add("parts behind the end of a multipart");
            }

            at = next;
        }
    }

    /// <summary>The header block from here on, one header a line; leaves <paramref name="at"/> behind the empty line.</summary>
    private string Headers(ref int at)
    {
        var headers = new StringBuilder();
        while (at < _mail.Length)
        {
            int end = LineEnd(at, out int next);
            if (end == at)
            {
                at = next;
                break;
            }

            if (headers.Length > 0 && _mail[at] is not ((byte)' ' or (byte)'\t'))
                headers.Append('\n');
            if (headers.Length < LongestHeader)
                headers.Append(Encoding.Latin1.GetString(_mail, at, Math.Min(end - at, LongestHeader)));
            at = next;
        }

        return headers.ToString();
    }

    private void Note(string headers)
    {
        int types = 0;
        var encodings = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string header in headers.Split('\n'))
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                continue;
            string name = header[..colon];
            if (!name.StartsWith("content-", StringComparison.OrdinalIgnoreCase))
                continue;
            if (name.AsSpan().ContainsAny(" \t()\0"))
                _signs.Add("a header name with a comment, a space or a zero byte in it");
            bool isType = name.StartsWith("content-type", StringComparison.OrdinalIgnoreCase);
            types += isType ? 1 : 0;
            int before = _declared.Count, found = 0;
            for (int at = 0; (at = header.IndexOf("boundary", at, StringComparison.OrdinalIgnoreCase)) >= 0; at += 8)
                found += AddBoundary(header, at + 8, isType && !IsMultipart(header.AsSpan(colon + 1))) ? 1 : 0;
            if (found > 1 && _declared.Count > before + 1)
                _signs.Add("more than one boundary in a header");
            if (found > 0 && !isType)
                _signs.Add("a boundary in another header than Content-Type");
            if (!name.StartsWith("content-transfer-encoding", StringComparison.OrdinalIgnoreCase))
                continue;
            encodings.Add(header[(colon + 1)..].Trim());
            if (header.AsSpan(colon + 1).Trim().ContainsAny(" \t(;,"))
                _signs.Add("a transfer encoding with something beside it");
        }

        if (types > 1)
            _signs.Add("more than one Content-Type");
        if (encodings.Count > 1)
            _signs.Add("more than one Content-Transfer-Encoding");
    }

    private bool AddBoundary(string header, int at, bool outOfPlace)
    {
        while (at < header.Length && header[at] is ' ' or '\t')
            at++;
        if (at >= header.Length || header[at++] != '=')
            return false;
        while (at < header.Length && header[at] is ' ' or '\t')
            at++;
        if (at >= header.Length)
            return false;
        bool quoted = header[at] == '"';
        int start = quoted ? at + 1 : at;
        int end = quoted ? header.IndexOf('"', start) : header.AsSpan(start).IndexOfAny(" \t;") is var length and >= 0 ? start + length : header.Length;
        string boundary = header[start..(end < 0 ? header.Length : end)];
        if (boundary.Length == 0)
            return false;
        Declare(boundary, outOfPlace);
        string bare = boundary.Trim(' ', '\t', '\'', ','); // what some programs make of it
        if (bare.Length > 0 && bare != boundary)
            Declare(bare, outOfPlace);
        return true;
    }

    private void Declare(string boundary, bool outOfPlace)
    {
        _declared[boundary] = _declared.GetValueOrDefault(boundary) + 1;
        if (outOfPlace)
            _outOfPlace.Add(boundary);
    }

    private static bool IsMultipart(ReadOnlySpan<char> type)
    {
        const string Multipart = "multipart/";
        type = type.TrimStart();
        return type.StartsWith(Multipart, StringComparison.OrdinalIgnoreCase) && type.Length > Multipart.Length && char.IsAsciiLetter(type[Multipart.Length]);
    }

    private bool IsBoundary(int at, int end)
    {
        if (end - at < 3 || _mail[at] != '-' || _mail[at + 1] != '-')
            return false;
        string line = Encoding.Latin1.GetString(_mail, at + 2, end - at - 2).TrimEnd();
        return _declared.ContainsKey(line) || (line.EndsWith("--", StringComparison.Ordinal) && _declared.ContainsKey(line[..^2]));
    }

    private int LineEnd(int at, out int next)
    {
        int length = _mail.AsSpan(at).IndexOfAny((byte)'\r', (byte)'\n');
        int end = length < 0 ? _mail.Length : at + length;
        next = end >= _mail.Length ? _mail.Length : end + (_mail[end] == '\r' && end + 1 < _mail.Length && _mail[end + 1] == '\n' ? 2 : 1);
        return end;
    }
}
