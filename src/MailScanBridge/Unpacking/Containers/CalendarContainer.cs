using System.Text;
using System.Text.RegularExpressions;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Files attached to an entry of a calendar (RFC 5545 3.8.1.1), which calendar programs open with a click.</summary>
internal sealed partial class CalendarContainer : IContainer
{
    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Calendar;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        byte[] bytes = parts.Whole(content, "a calendar");
        string text = Fold().Replace(Encoding.Latin1.GetString(bytes), "");
        foreach (Match match in Attachment().Matches(text))
        {
            parts.Token.ThrowIfCancellationRequested();
            string? name = Name().Match(match.Groups["parameters"].Value) is { Success: true } found ? found.Groups["name"].Value : null;
            string? type = Type().Match(match.Groups["parameters"].Value) is { Success: true } stated ? stated.Groups["type"].Value.ToLowerInvariant() : null;
            try
            {
                byte[] data = Convert.FromBase64String(match.Groups["data"].Value);
                parts.Read(name, type, () => new MemoryStream(data));
            }
            catch (FormatException)
            {
                parts.Problem(Reasons.Damaged, "an attachment that is not base64");
            }
        }
    }

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    [GeneratedRegex(@"(?:\r\n|\r|\n)[ \t]", Options)]
    private static partial Regex Fold();

    [GeneratedRegex(@"^ATTACH(?<parameters>(?:;(?:""[^""\r\n]*""|[^"":\r\n])*)*ENCODING=""?BASE64""?(?:""[^""\r\n]*""|[^"":\r\n])*):(?<data>[^\r\n]*)", Options | RegexOptions.Multiline)]
    private static partial Regex Attachment();

    [GeneratedRegex(@"FILENAME=(?:""(?<name>[^""]*)""|(?<name>[^;:""]*))", Options)]
    private static partial Regex Name();

    [GeneratedRegex(@"FMTTYPE=""?(?<type>[^;:""]+)", Options)]
    private static partial Regex Type();
}
