using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>The yara profile of the built-in configuration against the real tool.</summary>
public sealed class YaraTests : IDisposable
{
    private const string Rules =
        """
        rule tags_and_score : mail evil { meta: author = "A ] [ B" score = 80 condition: true }
        rule no_meta { condition: true }
        rule no_score { meta: description = "nothing" condition: true }
        rule low_score { meta: score = 30 quoted = "say \"score=99\"" condition: true }
        rule text_score { meta: score = "90" condition: true }
        rule score_in_words { meta: description = ",score=99" score = 10 condition: true }
        rule other_score { meta: my_score = 99 condition: true }
        rule never { meta: score = 100 condition: false }

        """;

    private readonly TemporaryFolder _folder = new();

    public YaraTests() => Require.Program("yara", "yara");

    [Fact]
    public async Task Its_output_is_read_with_tags_and_scores_and_without_either()
    {
        var result = await ScanAsync(Rules, "content"u8.ToArray());

        Assert.Equal(ScanOutcome.NoOpinion, result.Outcome);
        Assert.Equal(
            [
                ("tags_and_score", VerdictKind.Malicious, 80), ("no_meta", VerdictKind.Suspicious, 50), ("no_score", VerdictKind.Suspicious, 50),
                ("low_score", VerdictKind.Suspicious, 30), ("text_score", VerdictKind.Malicious, 90), ("score_in_words", VerdictKind.Suspicious, 10),
                ("other_score", VerdictKind.Suspicious, 50),
            ],
            result.Findings.Select(f => (f.Name, f.Kind, f.Score)));
    }

    [Fact]
    public async Task Without_a_match_it_has_no_opinion()
    {
        var result = await ScanAsync("rule never { condition: false }", "content"u8.ToArray());

        Assert.Equal((ScanOutcome.NoOpinion, 0), (result.Outcome, result.Findings.Count));
    }

    [Fact]
    public async Task Rules_that_do_not_compile_are_a_failure()
    {
        var result = await ScanAsync("rule broken {", "content"u8.ToArray());

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task A_sample_that_is_gone_is_a_failure()
    {
        var scanner = Scanner(Rules);

        var result = await scanner.ScanAsync(Make.Item(path: Path.Combine(_folder.Path, "missing")), Wait.Token);

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
        Assert.Empty(result.Findings);
    }

    [Fact]
    public async Task The_probe_tells_its_version_and_that_rules_are_missing()
    {
        var scanner = Scanner(Rules);

        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        Assert.Matches(@"^\d+\.\d+", scanner.Version);
        File.Delete(Path.Combine(_folder.Path, "rules.yar"));
        Assert.Contains("does not exist", await scanner.ProbeAsync(Wait.Token), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private CommandScanner Scanner(string rules)
    {
        var profile = (CommandOptions)ConfigLoader.Load(null, _ => null).Scanners.Single(s => s.Name == "yara").Options!;
        var path = _folder.Write("rules.yar", System.Text.Encoding.UTF8.GetBytes(rules));
        return new CommandScanner("yara", profile with { Files = new Dictionary<string, string> { ["rules"] = path } }, Sandboxes.Here, TimeProvider.System);
    }

    private Task<ScannerResult> ScanAsync(string rules, byte[] content) =>
        Scanner(rules).ScanAsync(Make.Item(path: _folder.Write("sample", content), content: content), Wait.Token).AsTask();
}
