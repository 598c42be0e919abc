using System.Text;
using MailScanBridge.Urls;

namespace Fuzz.Targets;

/// <summary>URLs in bytes, and the one form and the keys of each.</summary>
internal sealed class UrlTarget : Target
{
    private const int Most = 20;

    public override int MaxLength => 2048;

    // Each URL that is found has its keys made, by way of strings.
    public override long BytesAtMost => 4 * 1024 * 1024;

    public override long BytesForEach => 64 * 1024;

    public override IReadOnlyList<byte[]> Tokens => Ascii(
        "http://", "https://", "ftp://", "h\0t\0t\0p\0:\0/\0/\0", "%25", "%2e", "%00", "/../", "//", "@", ":80", "[::1]", "0x7f.1", "3232235521", "0300.168.1", "xn--", "\xc3\xbc.example", "&amp;", "&#x2f;", "?a=b", "#f", "\\", "..", "evil.example", ")", "\"");

    protected override int Run(byte[] input)
    {
        var finder = new UrlFinder(Most);
        finder.Search(input);
        Must(finder.Urls.Count <= Most, "more URLs than were asked for");
        var hash = new HashCode();
        foreach (var url in finder.Urls)
        {
            Must(url.Length <= 4 * UrlFinder.MaxLength, "a URL without end");
            hash.Add(Keys(Encoding.Latin1.GetBytes(url)));
        }

        hash.Add(Keys(input));
        return hash.ToHashCode();
    }

    private static int Keys(byte[] url)
    {
        var keys = UrlKeys.Of(url);
        Must(keys.Count <= (UrlKeys.MaxLabels + 1) * (UrlKeys.MaxDirectories + 3), "keys without end");
        Must(keys.Distinct().Count() == keys.Count, "a key twice");
        var text = UrlKeys.Text(url);
        var entry = UrlKeys.OfEntry(url);
        Must(entry is null == (keys.Count == 0), "a URL with keys that is no entry, or the other way round");
        Must(entry is not { } key || keys.Contains(key), "a list with this URL in it does not match it");
        Must(text is null || text.All(c => c is > ' ' and < '\x7f'), "a form with a byte in it that is to be escaped");
        return HashCode.Combine(text, keys.Count);
    }
}
