using System.Text.RegularExpressions;

namespace MailScanBridge.Scanning.Clamd;

/// <summary>
/// Reads clamd's answer to INSTREAM or FILDES, its terminating NUL included: <c>stream: OK</c> (or <c>fd[11]: OK</c>), <c>stream: NAME FOUND</c> or <c>... ERROR</c>
/// (clamd(8)). Anything else is a failure: what is not a proof of a scan never reads as clean, and an OK without its NUL may be
/// the beginning of a name.
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
            : ScannerResult.Failed(Reasons.ToolDown, $"unexpected answer \"{Printable.Text(reply.TrimEnd('\0'), 120)}\"");
    }

    /// <summary>Whether this clamd, or something between it and us, takes no open files: then their content must travel.</summary>
    public static bool TakesNoFiles(string reply) =>
        reply.StartsWith("UNKNOWN COMMAND", StringComparison.Ordinal) || reply.StartsWith("No file descriptor received", StringComparison.Ordinal);

    /// <summary>Names under Heuristics say what clamd could not do, or did not like; they are not malware.</summary>
    private static ScannerResult Found(string name)
    {
        if (name.StartsWith("Heuristics.Encrypted.", StringComparison.Ordinal))
        {
            return ScannerResult.Failed(Reasons.Encrypted, name);
        }

        if (name.StartsWith("Heuristics.Limits.Exceeded", StringComparison.Ordinal))
        {
            return ScannerResult.Failed(Reasons.Limits, name);
        }

        var suspicious = name.StartsWith("Heuristics.", StringComparison.Ordinal) || name.StartsWith("PUA.", StringComparison.Ordinal);
        return ScannerResult.Scanned(suspicious
            ? new Finding(name, VerdictKind.Suspicious, 50)
            : new Finding(name, VerdictKind.Malicious, 100));
    }

    [GeneratedRegex(@"\A(?:stream|fd\[\d{1,9}\]): (?:(?<ok>OK)\0|(?<name>[^\n\0]+) FOUND\0?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Reply();
}
