using System.Net;
using System.Text;
using System.Text.RegularExpressions;

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
        if (content.Length > parts.Budget.MaxItemBytes)
            throw new LimitReachedException($"a page larger than {parts.Budget.MaxItemBytes} bytes (unpacking.max_item)", LimitScope.Part);
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        string page = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(bytes) : Encoding.Latin1.GetString(bytes);

        foreach (Match match in DataUri().Matches(Decoded(page)))
        {
            parts.Token.ThrowIfCancellationRequested();
            TakeOut(match, parts);
        }

        foreach (Match match in Literal().Matches(page))
        {
            parts.Token.ThrowIfCancellationRequested();
            if (FromBase64(match.Groups["data"].Value) is { } decoded
                && ContentTypes.Detect(decoded.AsSpan(0, Math.Min(decoded.Length, ContentTypes.HeadLength))) != ContentTypes.Unknown)
                parts.Read("base64-literal", null, () => new MemoryStream(decoded));
        }
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

    [GeneratedRegex(@"[""'`](?<data>[A-Za-z0-9+/_-]{64,}={0,2})[""'`]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Literal();
}
