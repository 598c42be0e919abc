using System.Text;
using System.Text.RegularExpressions;
using MailScanBridge;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;

namespace Fuzz.Targets;

/// <summary>
/// What a tool prints, read by rules of each kind. The first byte picks the tool, the second is its exit code; a byte 1E parts standard
/// output from standard error.
/// </summary>
internal sealed class ToolsTarget : Target
{
    private static readonly CommandOptions[] s_tools =
    [
        new()
        {
            Command = ["lines"], SuccessExitCodes = new HashSet<int> { 0, 1 }, SuccessPattern = new Regex("(?m)^PROOF$", RegexOptions.None, TimeSpan.FromSeconds(1)),
            Findings = [new(new Regex("^(?<name>[^:]+): (?<score>[0-9]+) (?<detail>.*)$", RegexOptions.None, TimeSpan.FromSeconds(1))), new(new Regex("^FOUND$"), 100), new() { ExitCode = 1, Name = "by code" }],
            Failures = [new(Reasons.Encrypted, new Regex("password"))],
        },
        new()
        {
            Command = ["json"], SuccessJson = "$.results", StandardErrorIsFailure = false,
            Findings = [new() { Json = new JsonFinding("$.results[?(@.bad == true)]", "$.name", "$.score", "$.detail") }, new() { Json = new JsonFinding("$..flag"), Name = "flag", Score = 0 }, new() { Json = new JsonFinding("$.results[?(@.name =~ /^x+$/)]") }],
            Failures = [new(Reasons.Limits, Json: "$.error"), new(Reasons.Damaged, ExitCode: 3)],
        },
        new() { Command = ["codes"], StandardErrorIsFailure = false, SuccessExitCodes = new HashSet<int> { 0, 1, 2 }, Findings = [new() { ExitCode = 2, Name = "two", Score = 80 }], LooksAtContent = true },
    ];

    // JSON is held as a tree, and searched by three paths.
    public override long BytesForEach => 8192;

    public override IReadOnlyList<byte[]> Tokens => Ascii(
        "PROOF\n", "FOUND\n", "x: 50 y\n", "password", "{\"results\":[", "]}", "{\"bad\":true,\"name\":\"x\",\"score\":99,\"detail\":\"d\"}", "\"flag\":1", "\"error\":", "null", "1e400", "-0", "99999999999999999999999999", "\\u0000", "[[[[[[[[", "\x1e", "/*", "NaN", "new Date(1)",
        "\"malicious\"");

    protected override int Run(byte[] input)
    {
        if (input.Length < 2)
            return 0;
        var options = s_tools[input[0] % s_tools.Length];
        var text = Encoding.UTF8.GetString(input.AsSpan(2)).Split('\x1e', 2);
        var errors = text.Length > 1 ? text[1] : "";
        var result = CommandOutput.Read(options, input[1], text[0], errors);
        Must(result.Findings.Count <= 100, "findings without end");
        Must(result.Findings.All(f => f.Score is >= 0 and <= 100), "a score out of range");
        Must(result.Outcome == ScanOutcome.Failed || options.SuccessExitCodes.Contains(input[1]), "a scan although the exit code says otherwise");
        Must(result.Outcome == ScanOutcome.Failed || options.SuccessPattern is null || text[0].Contains("PROOF", StringComparison.Ordinal), "a scan without its proof");
        Must(result.Outcome == ScanOutcome.Failed || options.SuccessJson is null || text[0].Contains("results", StringComparison.Ordinal) || text[0].Contains('\\', StringComparison.Ordinal), "a scan without its proof in JSON");
        Must(result.Outcome != ScanOutcome.Failed || result.Reason is not null, "a failure without a reason");
        return HashCode.Combine(result.Outcome, result.Reason, result.Detail, result.Findings.Count);
    }
}
