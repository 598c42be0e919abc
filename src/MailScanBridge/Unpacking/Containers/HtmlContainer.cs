using System.Text;
using System.Text.RegularExpressions;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// Files carried inside HTML and scripts: data: URIs, and base64 that a script turns into a file in the browser ("HTML
/// smuggling"). Of plain base64 only what decodes to a known kind of content is taken out; the rest may be anything.
/// </summary>
internal sealed partial class HtmlContainer : IContainer
{

    public bool Opens(ScanItem item, Stream content) => item.Type is ContentTypes.Html or ContentTypes.HtmlApplication or ContentTypes.Svg
        or ContentTypes.JavaScript or ContentTypes.ScriptFile or ContentTypes.VisualBasic or ContentTypes.PowerShell;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        if (content.Length > parts.Budget.MaxItemBytes)
            throw new LimitReachedException($"a page larger than {parts.Budget.MaxItemBytes} bytes (MaxItemBytes)", LimitScope.Part);
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        string page = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(bytes) : Encoding.Latin1.GetString(bytes);

        var seen = new HashSet<int>();
        foreach (Match match in DataUri().Matches(page))
        {
            parts.Token.ThrowIfCancellationRequested();
            Group data = match.Groups["data"];
            seen.Add(data.Index);
            byte[]? decoded = match.Groups["base64"].Success ? FromBase64(data.Value) : Encoding.Latin1.GetBytes(Uri.UnescapeDataString(data.Value));
            if (decoded is { Length: > 0 })
                parts.Read("data-uri", match.Groups["type"].Value.ToLowerInvariant(), () => new MemoryStream(decoded));
        }

        foreach (Match match in Literal().Matches(page))
        {
            parts.Token.ThrowIfCancellationRequested();
            if (!seen.Contains(match.Groups["data"].Index) && FromBase64(match.Groups["data"].Value) is { } decoded
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

    [GeneratedRegex(@"data:(?<type>[\w.+-]*/?[\w.+-]*)(?:;[\w-]+=[\w.-]+)*(?<base64>;\s*base64)?\s*,(?<data>[^""'<>\s)]{1,})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DataUri();

    [GeneratedRegex(@"[""'`](?<data>[A-Za-z0-9+/_-]{64,}={0,2})[""'`]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Literal();
}
