using System.Text.RegularExpressions;

namespace MailScanBridge.Scanning.Clamd;

/// <summary>
/// Reads clamd's answer to INSTREAM: <c>stream: OK</c>, <c>stream: NAME FOUND</c> or <c>... ERROR</c> (clamd(8)). Anything else is
/// a failure: what is not a proof of a scan never reads as clean.
/// </summary>
internal static partial class ClamdReply
{
    public static ScannerResult Parse(string reply)
    {
        var match = Reply().Match(reply);
        if (match.Groups["ok"].Success)
        {
            return ScannerResult.Scanned();
        }

        if (match.Groups["name"].Success)
        {
            return Found(match.Groups["name"].Value);
        }

        return reply.Contains("size limit exceeded", StringComparison.Ordinal)
            ? ScannerResult.Failed(Reasons.TooLarge, "larger than clamd's StreamMaxLength: lower max_size of this scanner, or raise clamd's limit")
            : ScannerResult.Failed(Reasons.ToolDown, $"unexpected answer \"{Printable.Text(reply, 120)}\"");
    }

    /// <summary>Names under Heuristics say what clamd could not do, or did not like; they are not malware.</summary>
    private static ScannerResult Found(string name)
    {
        var printable = Printable.Text(name);
        if (name.StartsWith("Heuristics.Encrypted.", StringComparison.Ordinal))
        {
            return ScannerResult.Failed(Reasons.Encrypted, printable);
        }

        if (name.StartsWith("Heuristics.Limits.Exceeded", StringComparison.Ordinal))
        {
            return ScannerResult.Failed(Reasons.Limits, printable);
        }

        var suspicious = name.StartsWith("Heuristics.", StringComparison.Ordinal) || name.StartsWith("PUA.", StringComparison.Ordinal);
        return ScannerResult.Scanned(suspicious
            ? new Finding(printable, VerdictKind.Suspicious, 50)
            : new Finding(printable, VerdictKind.Malicious, 100));
    }

    [GeneratedRegex(@"\Astream: (?:(?<ok>OK)|(?<name>[^\n]+) FOUND)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Reply();
}
