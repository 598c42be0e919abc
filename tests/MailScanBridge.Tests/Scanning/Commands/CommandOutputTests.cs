using System.Text.RegularExpressions;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>How what a tool printed is understood.</summary>
public sealed class CommandOutputTests
{
    private static readonly FindingRule s_results = new() { Json = new JsonFinding("$.results[?(@.bad == true)]", "name", "score", "why"), Score = 40 };

    [Fact]
    public void Findings_are_read_from_json_by_paths()
    {
        var result = Read(
            """{"results":[{"bad":true,"name":"A","score":80,"why":"x"},{"bad":false,"name":"B"},{"bad":true,"name":"C"},{"bad":true,"name":"D","score":"suspicious"},{"bad":true,"name":"E","score":1e99}]}""",
            s_results);

        Assert.Equal(
            [
                new Finding("A", VerdictKind.Malicious, 80, "x"), new Finding("C", VerdictKind.Suspicious, 40), new Finding("D", VerdictKind.Suspicious, 50),
                new Finding("E", VerdictKind.Malicious, 100),
            ],
            result.Findings);
    }

    [Theory]
    [InlineData("""["A","B"]""", "$[*]", "A,B")]
    [InlineData("""{"a":{"b":[{"c":"x"},{"c":7}]}}""", "$..c", "x,7")]
    [InlineData("""{"a":[{"b":1}]}""", "$.a[*]", "unnamed")]
    [InlineData("{}", "$.a", "")]
    [InlineData("""[{"n":"5"},{"n":{"x":1}}]""", "$[?(@.n > 4)]", "unnamed")]
    public void A_match_that_is_a_value_is_its_own_name(string output, string path, string names) =>
        Assert.Equal(names, string.Join(",", Read(output, new FindingRule { Json = new JsonFinding(path) }).Findings.Select(f => f.Name)));

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"results\":[]")]
    [InlineData("{\"results\":[]} {\"results\":[]}")]
    [InlineData("{\"results\":[]}trailing")]
    public void What_is_not_exactly_one_json_value_is_a_failure(string output) => AssertDown(Read(output, s_results), "is not one JSON value");

    [Fact]
    public void Json_nested_without_end_is_a_failure_and_no_crash() => AssertDown(Read(new string('[', 500_000), s_results), "is not one JSON value");

    [Fact]
    public void Json_may_have_to_hold_a_proof_of_success()
    {
        var options = new CommandOptions { Command = [], SuccessJson = "$.scanned" };

        Assert.Equal(ScanOutcome.NoOpinion, CommandOutput.Read(options, 0, "{\"scanned\":true}", "").Outcome);
        AssertDown(CommandOutput.Read(options, 0, "{\"error\":\"no\"}", ""), "lacks $.scanned");
        AssertDown(CommandOutput.Read(options, 0, "{\"scanned\":false}", ""), "says false or null");
        AssertDown(CommandOutput.Read(options, 0, "{\"scanned\":null}", ""), "says false or null");
        Assert.Equal(ScanOutcome.NoOpinion, CommandOutput.Read(options, 0, "{\"scanned\":0}", "").Outcome);
    }

    [Fact]
    public void An_exit_code_may_be_a_finding()
    {
        var options = new CommandOptions { Command = [], SuccessExitCodes = new HashSet<int> { 0, 20 }, Findings = [new FindingRule { ExitCode = 20, Name = "Macro" }] };

        Assert.Equal("Macro", Assert.Single(CommandOutput.Read(options, 20, "", "").Findings).Name);
        Assert.Empty(CommandOutput.Read(options, 0, "", "").Findings);
    }

    [Theory]
    [InlineData(9, "", Reasons.Encrypted)]
    [InlineData(0, "ok\nlimit hit\n", Reasons.Limits)]
    [InlineData(1, "", Reasons.ToolDown)]
    public void A_tools_own_words_may_mean_that_not_all_was_scanned(int exitCode, string output, string reason)
    {
        var options = new CommandOptions
        {
            Command = [],
            LooksAtContent = true,
            Failures = [new FailureRule(Reasons.Encrypted, ExitCode: 9), new FailureRule(Reasons.Limits, new Regex("^limit hit$"))],
            Findings = [new FindingRule(new Regex("^(?<name>ok)$"))],
        };

        var result = CommandOutput.Read(options, exitCode, output, "");

        Assert.Equal((ScanOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.Equal(reason == Reasons.Limits ? 1 : 0, result.Findings.Count); // what was found before the limit counts
    }

    [Fact]
    public void A_json_value_may_mean_that_not_all_was_scanned()
    {
        var options = new CommandOptions { Command = [], Failures = [new FailureRule(Reasons.Encrypted, Json: "$[?(@.type == 'encrypted')]")] };

        Assert.Equal(Reasons.Encrypted, CommandOutput.Read(options, 0, """[{"type":"encrypted"}]""", "").Reason);
        Assert.Equal(ScanOutcome.NoOpinion, CommandOutput.Read(options, 0, """[{"type":"plain"}]""", "").Outcome);
    }

    [Fact]
    public void Groups_give_name_score_and_detail()
    {
        var rule = new FindingRule(new Regex("^ /JS (?<detail>.+)$")) { Name = "Pdf.Script" };

        Assert.Equal(new Finding("Pdf.Script", VerdictKind.Suspicious, 50, "(app.alert(1))"), Assert.Single(Read(" /JS (app.alert(1))\nother\n", rule).Findings));
    }

    private static ScannerResult Read(string output, FindingRule rule) => CommandOutput.Read(new CommandOptions { Command = [], Findings = [rule] }, 0, output, "");

    private static void AssertDown(ScannerResult result, string what)
    {
        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
        Assert.Contains(what, result.Detail, StringComparison.Ordinal);
        Assert.Empty(result.Findings);
    }
}
