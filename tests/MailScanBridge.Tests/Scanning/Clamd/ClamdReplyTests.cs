using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Clamd;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Clamd;

public sealed class ClamdReplyTests
{
    [Theory]
    [InlineData("stream: OK\0")]
    [InlineData("fd[11]: OK\0")]
    public void Only_a_whole_OK_proves_a_scan_without_findings(string reply)
    {
        var result = ClamdReply.Parse(reply);

        Assert.Equal(ScanOutcome.Scanned, result.Outcome);
        Assert.Empty(result.Findings);
    }

    [Theory]
    [InlineData("Eicar-Test-Signature.UNOFFICIAL", VerdictKind.Malicious)]
    [InlineData("Win.Trojan.Agent-1 FOUND stream: OK", VerdictKind.Malicious)]
    [InlineData("OK", VerdictKind.Malicious)]
    [InlineData("PUA.Win.Packer.UPX", VerdictKind.Suspicious)]
    [InlineData("Heuristics.OLE2.ContainsMacros.VBA", VerdictKind.Suspicious)]
    [InlineData("Heuristics.OLE2.ContainsMacros.XLM", VerdictKind.Suspicious)]
    [InlineData("Heuristics.PDF.ObfuscatedNameObject", VerdictKind.Suspicious)]
    [InlineData("Heuristics.Phishing.Email.SpoofedDomain", VerdictKind.Suspicious)]
    public void A_name_that_was_found_is_a_finding(string name, VerdictKind kind)
    {
        var result = ClamdReply.Parse($"stream: {name} FOUND\0");

        Assert.Equal(ScanOutcome.Scanned, result.Outcome);
        var finding = Assert.Single(result.Findings);
        Assert.Equal((name, kind), (finding.Name, finding.Kind));
    }

    [Theory]
    [InlineData("Heuristics.Encrypted.Zip", Reasons.Encrypted)]
    [InlineData("Heuristics.Encrypted.7Zip", Reasons.Encrypted)]
    [InlineData("Heuristics.Encrypted.PDF", Reasons.Encrypted)]
    [InlineData("Heuristics.Limits.Exceeded", Reasons.Limits)]
    [InlineData("Heuristics.Limits.Exceeded.MaxRecursion", Reasons.Limits)]
    [InlineData("Heuristics.Limits.Exceeded.MaxFiles", Reasons.Limits)]
    [InlineData("Heuristics.Limits.Exceeded.MaxFileSize", Reasons.Limits)]
    [InlineData("Heuristics.Limits.Exceeded.MaxScanTime", Reasons.Limits)]
    public void What_clamd_could_not_see_into_is_no_proof_and_no_malware(string name, string reason)
    {
        var result = ClamdReply.Parse($"stream: {name} FOUND\0");

        Assert.Equal((ScanOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.Empty(result.Findings);
    }

    [Fact]
    public void The_size_limit_is_too_large()
    {
        var result = ClamdReply.Parse("INSTREAM size limit exceeded. ERROR\0");

        Assert.Equal((ScanOutcome.Failed, Reasons.TooLarge), (result.Outcome, result.Reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("stream: O")]
    [InlineData("stream: OK")] // cut: it may have been the beginning of a name
    [InlineData("stream: OKAY.Sig")]
    [InlineData("stream: ok\0")]
    [InlineData("OK\0")]
    [InlineData(" stream: OK\0")]
    [InlineData("stream: OK \0")]
    [InlineData("stream: OK\0stream: OK\0")]
    [InlineData("stream: OK\nstream: X FOUND\0")]
    [InlineData("evil: OK\nstream: OK\0")]
    [InlineData("stream:  FOUND\0")]
    [InlineData("fd[]: OK\0")]
    [InlineData("fd[11]: OK")]
    [InlineData("x fd[11]: OK\0")]
    [InlineData("fd[11]: Not a regular file ERROR\0")]
    [InlineData("1: stream: OK\0")]
    [InlineData("COMMAND READ TIMED OUT\n")]
    [InlineData("UNKNOWN COMMAND\0")]
    [InlineData("PONG\0")]
    [InlineData("ClamAV 1.4.6\0")]
    [InlineData("stream: Can't allocate memory ERROR\0")]
    [InlineData("/nonexistent: File path check failure: No such file or directory. ERROR\0")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    public void Any_other_answer_is_a_failure(string reply)
    {
        var result = ClamdReply.Parse(reply);

        Assert.Equal(ScanOutcome.Failed, result.Outcome);
        Assert.Equal(Reasons.ToolDown, result.Reason);
        Assert.Empty(result.Findings);
    }

    [Fact]
    public void A_detection_counts_even_where_its_terminator_was_lost()
    {
        Assert.Equal("Eicar", Assert.Single(ClamdReply.Parse("stream: Eicar FOUND").Findings).Name);
    }
}
