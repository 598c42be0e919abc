using System.Net;
using System.Text;

namespace MailScanBridge.Urls;

/// <summary>
/// Finds the URLs in bytes: http, https and ftp, in ASCII and in UTF-16 (little endian, as Windows programs write), as they stand and with
/// HTML's references resolved. What stands behind a URL (a bracket, the end of a sentence) is trimmed. Each URL once. Not safe for
/// concurrent use.
/// </summary>
/// <param name="max">Most URLs that are kept; what is beyond is counted.</param>
public sealed class UrlFinder(int max)
{
    /// <summary>A longer URL is cut.</summary>
    public const int MaxLength = 4096;

    private static readonly string[] s_schemes = ["http", "https", "ftp"];
    private readonly HashSet<string> _urls = [];

    /// <summary>What was found, one byte a character.</summary>
    public IReadOnlyCollection<string> Urls => _urls;

    /// <summary>URLs beyond the cap, repeats counted.</summary>
    public long Beyond { get; private set; }

    /// <summary>Looks through a piece of content; a URL that lies across two pieces is not found.</summary>
    public void Search(ReadOnlySpan<byte> content)
    {
        Search(content, step: 1);
        Search(content, step: 2);
        SearchSlashed(content, ":\\"u8, step: 1);
        SearchSlashed(content, ":/\\"u8, step: 1);
        SearchSlashed(content, ":\0\\\0"u8, step: 2);
        SearchSlashed(content, ":\0/\0\\\0"u8, step: 2);
    }

    // Browsers take a backslash for a slash, and scripts write \/ for one.
    private void SearchSlashed(ReadOnlySpan<byte> content, ReadOnlySpan<byte> mark, int step)
    {
        for (var from = 0; content[from..].IndexOf(mark) is var at and >= 0; from += at + mark.Length)
        {
            var start = from + at;
            var rest = start + step;
            while (rest + step <= content.Length && content[rest] is (byte)'/' or (byte)'\\' && (step == 1 || content[rest + 1] == 0))
            {
                rest += step;
            }

            if (rest - start > 2 * step && Scheme(content, start, step) is { } scheme)
            {
                Keep(scheme + "://" + Rest(content, rest, step).Replace("\\/", "/", StringComparison.Ordinal).Replace('\\', '/'));
            }
        }
    }

    private void Search(ReadOnlySpan<byte> content, int step)
    {
        var mark = step == 1 ? "://"u8 : ":\0/\0/\0"u8;
        for (var from = 0; content[from..].IndexOf(mark) is var at and >= 0; from += at + mark.Length)
        {
            var start = from + at;
            if (Scheme(content, start, step) is { } scheme)
            {
                Keep(scheme + "://" + Rest(content, start + mark.Length, step));
            }
        }
    }

    private static string? Scheme(ReadOnlySpan<byte> content, int end, int step)
    {
        var letters = new StringBuilder(5);
        for (var at = end - step; at >= 0 && letters.Length < 6 && char.IsAsciiLetter((char)content[at]) && (step == 1 || content[at + 1] == 0); at -= step)
        {
            letters.Insert(0, char.ToLowerInvariant((char)content[at]));
        }

        // Letters may stand right before it, as in "seehttp://": the longest scheme that ends there counts.
        var text = letters.ToString();
        return s_schemes.Where(s => text.EndsWith(s, StringComparison.Ordinal)).MaxBy(s => s.Length);
    }

    private static string Rest(ReadOnlySpan<byte> content, int start, int step)
    {
        var url = new StringBuilder();
        for (var at = start; at + step <= content.Length && url.Length < MaxLength && (step == 1 || content[at + 1] == 0) && !Ends(content[at]); at += step)
        {
            url.Append((char)content[at]);
        }

        return url.ToString();
    }

    private static bool Ends(byte b) => b is <= (byte)' ' or 0x7f or (byte)'"' or (byte)'<' or (byte)'>' or (byte)'`' or (byte)'\'' or (byte)'{' or (byte)'}' or (byte)'|' or (byte)'^';

    private void Keep(string url)
    {
        if (url.EndsWith("://", StringComparison.Ordinal))
        {
            return;
        }

        Add(Trimmed(url));
        if (url.Contains('&', StringComparison.Ordinal))
        {
            Add(Trimmed(WebUtility.HtmlDecode(url)));
        }
    }

    private static string Trimmed(string url)
    {
        // A bracket that was not opened belongs to the text around, as in "(see http://host/)".
        for (var at = 0; at < url.Length; at++)
        {
            if (url[at] is ')' or ']' && !url.AsSpan(0, at).Contains(url[at] == ')' ? '(' : '['))
            {
                url = url[..at];
            }
        }

        return url.TrimEnd('.', ',', ';', ':', '!', '?');
    }

    private void Add(string url)
    {
        if (url.Any(c => c > 0xff))
        {
            url = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(url));
        }

        if (_urls.Count >= max && !_urls.Contains(url))
        {
            Beyond++;
        }
        else
        {
            _urls.Add(url);
        }
    }
}
