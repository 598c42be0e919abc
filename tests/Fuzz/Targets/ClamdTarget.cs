using System.Text;
using MailScanBridge;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Clamd;

namespace Fuzz.Targets;

/// <summary>clamd's replies: nothing but its OK, whole, reads as clean.</summary>
internal sealed class ClamdTarget : Target
{
    public override int MaxLength => 512;

    public override IReadOnlyList<byte[]> Tokens => Ascii(
        "stream: ", "fd[11]: ", "OK\0", " FOUND\0", " FOUND", " ERROR\0", "Heuristics.Encrypted.Zip", "Heuristics.Limits.Exceeded.MaxFileSize", "PUA.", "INSTREAM size limit exceeded. ERROR\0", "UNKNOWN COMMAND\0", "\n", "\0", "Eicar-Test-Signature");

    protected override int Run(byte[] input)
    {
        var reply = Encoding.UTF8.GetString(input);
        var result = ClamdReply.Parse(reply);
        var isOk = reply == "stream: OK\0" || (reply.StartsWith("fd[", StringComparison.Ordinal) && reply.EndsWith("]: OK\0", StringComparison.Ordinal) && reply[3..^6].All(char.IsAsciiDigit) && reply.Length is > 9 and <= 18);
        Must((result.Outcome == ScanOutcome.Scanned && result.Findings.Count == 0) == isOk, $"\"{Printable.Text(reply)}\" reads as {result.Outcome} with {result.Findings.Count} findings");
        Must(result.Outcome == ScanOutcome.Scanned || result.Reason is Reasons.ToolDown or Reasons.TooLarge or Reasons.Encrypted or Reasons.Limits, "a failure without one of its reasons");
        Must(result.Findings.Count == 0 || reply.Contains(" FOUND", StringComparison.Ordinal), "a finding that clamd did not report");
        return HashCode.Combine(result.Outcome, result.Reason, result.Detail, result.Findings.Count, ClamdReply.TakesNoFiles(reply));
    }
}
