using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MailScanBridge.Unpacking.Types;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// Files carried inside HTML and scripts: data: URIs, and base64 that a script turns into a file in the browser ("HTML
/// smuggling"). Of plain base64 only what decodes to a known kind of content is taken out; the rest may be anything.
/// </summary>
internal sealed partial class HtmlContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.IsShownAsPage || item.Type is ContentTypes.Html or ContentTypes.HtmlApplication or ContentTypes.Svg
        or ContentTypes.JavaScript or ContentTypes.ScriptFile or ContentTypes.VisualBasic or ContentTypes.PowerShell;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        byte[] bytes = parts.Whole(content, "a page");
        string page = TextEncodings.Decode(bytes);

        foreach (Match match in DataUri().Matches(Decoded(page)))
        {
            parts.Token.ThrowIfCancellationRequested();
            TakeOut(match, parts);
        }

        foreach (Match match in Literal().Matches(page))
            TakeOutKnown(FromBase64(match.Groups["data"].Value), "base64-literal", parts);
        if (Joined(page) is { } joined)
        {
            foreach (Match match in LongLiteral().Matches(joined))
                TakeOutKnown(FromBase64(match.Groups["data"].Value), "base64-literal", parts);
        }

        foreach (Match match in Numbers().Matches(page))
            TakeOutKnown(Bytes(match.Groups["numbers"].Value), "bytes-literal", parts);
    }

    private static void TakeOutKnown(byte[]? decoded, string name, PartSink parts)
    {
        parts.Token.ThrowIfCancellationRequested();
        if (decoded is not null && ContentTypes.Detect(decoded.AsSpan(0, Math.Min(decoded.Length, ContentTypes.HeadLength))) != ContentTypes.Unknown)
            parts.Read(name, null, () => new MemoryStream(decoded));
    }

    // A literal that is cut into pieces, which stand in a list or are added up.
    private static string? Joined(string page) => Seam().Replace(page, "") is var joined && joined.Length < page.Length ? joined : null;

    // 80,75,3,4 or 0x50,0x4b: null where one of them is no byte.
    private static byte[]? Bytes(string numbers)
    {
        string[] words = numbers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var bytes = new byte[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            bool isHex = words[i].StartsWith("0x", StringComparison.OrdinalIgnoreCase);
            if (!byte.TryParse(isHex ? words[i].AsSpan(2) : words[i], isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
                return null;
        }

        return bytes;
    }

    private static byte[]? FromBase64(string text)
    {
        string clean = new([.. text.Where(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '-' or '_')]);
        clean = clean.Replace('-', '+').Replace('_', '/');
        clean = clean.Length % 4 == 1 ? clean[..^1] : clean;
        var bytes = new byte[clean.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(clean.PadRight((clean.Length + 3) / 4 * 4, '='), bytes, out int length) ? bytes[..length] : null;
    }

    // Base64 holds no quote, so it ends where anything else stands. Browsers strip white space in it; without a quote in
    // front it may as well be the end, so both readings are parts.
    private static void TakeOut(Match uri, PartSink parts)
    {
        string type = uri.Groups["type"].Value.ToLowerInvariant();
        if (!uri.Groups["base64"].Success)
        {
            Write(Encoding.Latin1.GetBytes(Uri.UnescapeDataString(uri.Groups["data"].Value)));
            return;
        }

        string data = uri.Groups["data"].Value;
        byte[]? whole = FromBase64(Uri.UnescapeDataString(data));
        if (whole is not { Length: > 0 })
        {
            parts.Problem(Reasons.Unsupported, "a data: URI in base64 that cannot be decoded");
            return;
        }

        Write(whole);
        string first = data.TrimStart().Split([' ', '\t', '\r', '\n', '\f'], 2)[0];
        if (!uri.Groups["quote"].Success && first.Length < data.Length)
            Write(FromBase64(Uri.UnescapeDataString(first)));

        void Write(byte[]? content)
        {
            if (content is { Length: > 0 })
                parts.Read("data-uri", type, () => new MemoryStream(content));
        }
    }

    // .NET knows the entities of HTML 4 only.
    private static string Decoded(string page) => page.Contains('&', StringComparison.Ordinal)
        ? WebUtility.HtmlDecode(Entity().Replace(page, e => e.Groups[1].Value switch
        {
            "colon" => ":",
            "semi" => ";",
            "comma" => ",",
            "sol" => "/",
            "plus" => "+",
            "equals" => "=",
            "percnt" => "%",
            _ => "\n",
        }))
        : page;

    [GeneratedRegex("&(colon|semi|comma|sol|plus|equals|percnt|Tab|NewLine);", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Entity();

    // Hostile text: without backtracking, so that time grows with its length and no faster.
    [GeneratedRegex(@"(?<quote>[""'`]\s*)?d[\t\r\n]*a[\t\r\n]*t[\t\r\n]*a[\t\r\n]*:\s*(?<type>[\w.+-]*/?[\w.+-]*)(?:[^,<>]{0,512}?(?<base64>;\s*b\s*a\s*s\s*e\s*6\s*4)\s*,(?<data>[A-Za-z0-9+/_=%\s\\-]*)|[^,<>""`]{0,512},(?<data>[^""'<>\s)]+))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DataUri();

    // In a script's string, or as the text of an element, where it may stand in lines.
    [GeneratedRegex(@"[""'`>]\s*(?<data>[A-Za-z0-9+/_-]{60,}(?:\s+[A-Za-z0-9+/_-]+)*={0,2})\s*[""'`<]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Literal();

    // Of what was joined, since lists of words become long words.
    [GeneratedRegex(@"[""'`](?<data>[A-Za-z0-9+/_-]{100,}={0,2})[""'`]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LongLiteral();

    [GeneratedRegex(@"[""'`]\s*[,+]\s*[""'`]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Seam();

    [GeneratedRegex(@"[\[(]\s*(?<numbers>(?:(?:0[xX][0-9A-Fa-f]{1,2}|[0-9]{1,3})\s*,\s*){48,}(?:0[xX][0-9A-Fa-f]{1,2}|[0-9]{1,3}),?)\s*[\])]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Numbers();
}
