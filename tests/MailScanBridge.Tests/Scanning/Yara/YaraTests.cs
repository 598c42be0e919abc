using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Yara;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Yara;

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

    private readonly LogRecorder _log = new();
    private readonly Microsoft.Extensions.Time.Testing.FakeTimeProvider _time = new();
    private readonly string _rules;

    public YaraTests()
    {
        Require.Program("yara", "yara");
        _rules = Directory.CreateDirectory(Path.Combine(_folder.Path, "rules")).FullName;
    }

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
    public async Task One_bad_rule_file_is_left_out_and_said_and_the_others_serve()
    {
        var scanner = Scanner(("a.yar", "rule one { condition: true }"), ("b.yar", "rule broken {"), ("c.yara", "rule three { condition: true }"), ("notes.txt", "no rules"));

        Assert.Null(await scanner.ProbeAsync(Wait.Token));

        Assert.Equal(["one", "three"], (await ScanAsync(scanner)).Findings.Select(f => f.Name).Order());
        Assert.Contains("), 1 left out", scanner.Version, StringComparison.Ordinal);
        Assert.Contains("b.yar", Assert.Single(_log.Lines, l => l.Contains("leaves out 1 of 3 rule files", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_rule_in_two_files_is_no_conflict()
    {
        var scanner = Scanner(("a.yar", "rule same { condition: true }"), ("b.yar", "rule same { condition: true }"));

        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        Assert.Equal(2, (await ScanAsync(scanner)).Findings.Count);
    }

    [Fact]
    public async Task A_change_is_taken_up_and_one_that_cannot_be_leaves_the_last_good_rules_in_force()
    {
        var scanner = Scanner(("a.yar", "rule one { condition: true }"));
        Assert.Null(await scanner.ProbeAsync(Wait.Token));

        await File.WriteAllTextAsync(Path.Combine(_rules, "a.yar"), "rule other_name { condition: true }", Wait.Token);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("other_name", Assert.Single((await ScanAsync(scanner)).Findings).Name);

        await File.WriteAllTextAsync(Path.Combine(_rules, "a.yar"), "rule broken {", Wait.Token);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("other_name", Assert.Single((await ScanAsync(scanner)).Findings).Name);
        Assert.Single(_log.Lines, l => l.Contains("keeps those it has: no rule file compiles", StringComparison.Ordinal));

        _time.Advance(TimeSpan.FromMinutes(1));
        await ScanAsync(scanner);
        Assert.Single(_log.Lines, l => l.Contains("keeps those it has", StringComparison.Ordinal)); // said once
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_change_nothing_is_answered_from_the_cache(bool byLink)
    {
        using var metrics = new MailScanMetrics();
        var cache = new ScanCache(new ScanCacheOptions { KeepClean = TimeSpan.FromDays(1) }, metrics, _time);
        var rules = _folder.Write("linked.txt", "rule one { condition: true }"u8.ToArray());
        var scanner = byLink ? Scanner() : Scanner(("a.yar", "rule one { condition: true }"));
        if (byLink)
        {
            File.CreateSymbolicLink(Path.Combine(_rules, "a.yar"), rules);
        }

        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        Assert.Equal(("one", false), await AskAsync());
        Assert.Equal(("one", true), await AskAsync());

        await File.WriteAllTextAsync(byLink ? rules : Path.Combine(_rules, "a.yar"), "rule other_name { condition: true }", Wait.Token);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(("other_name", false), await AskAsync());
        Assert.Equal(("other_name", true), await AskAsync());

        async Task<(string, bool)> AskAsync()
        {
            var (result, reused) = await cache.ScanAsync(scanner, Make.Item(path: _folder.Write("sample", [1]), content: [1]), Wait.Token);
            return (Assert.Single(result.Findings).Name, reused);
        }
    }

    [Fact]
    public async Task A_change_in_what_a_rule_file_includes_is_taken_up()
    {
        var scanner = Scanner(("a.yar", "include \"below/part.inc\"\nrule one { condition: true }"), ("below/part.inc", "include \"../other.inc\""), ("other.inc", "rule deep { condition: false }"));
        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        Assert.Equal("one", Assert.Single((await ScanAsync(scanner)).Findings).Name);

        await File.WriteAllTextAsync(Path.Combine(_rules, "other.inc"), "rule deep { condition: true } // longer", Wait.Token);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(["deep", "one"], (await ScanAsync(scanner)).Findings.Select(f => f.Name).Order());
    }

    [Fact]
    public async Task Rule_files_that_include_each_other_end_with_what_the_compiler_says()
    {
        var scanner = Scanner(("a.yar", "include \"b.yar\"\nrule one { condition: true }"), ("b.yar", "include \"a.yar\""), ("c.yar", "rule three { condition: true }"));

        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        Assert.Equal("three", Assert.Single((await ScanAsync(scanner)).Findings).Name);
    }

    [Fact]
    public async Task Without_a_good_rule_file_the_scanner_is_absent()
    {
        Assert.Equal("no rule file compiles", await Scanner(("a.yar", "rule broken {")).ProbeAsync(Wait.Token));
        File.Delete(Path.Combine(_rules, "a.yar"));
        Assert.Contains("no rules", await Scanner().ProbeAsync(Wait.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_that_is_gone_is_a_failure()
    {
        var scanner = Scanner(("a.yar", Rules));
        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        Assert.Matches(@"^\d+\.\d+\.\d+ with 1 rule files \([0-9a-f]{8}\)$", scanner.Version);

        var result = await scanner.ScanAsync(Make.Item(path: Path.Combine(_folder.Path, "missing")), Wait.Token);

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
        Assert.Empty(result.Findings);
    }

    public void Dispose() => _folder.Dispose();

    private YaraScanner Scanner(params (string File, string Rules)[] files)
    {
        foreach (var (file, rules) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_rules, file))!);
            _folder.Write(Path.Combine("rules", file), System.Text.Encoding.UTF8.GetBytes(rules));
        }

        var profile = (YaraOptions)ConfigLoader.Load(null, _ => null).Scanners.Single(s => s.Name == "yara").Options!;
        return new YaraScanner("yara", profile with { Rules = [_rules] }, Path.Combine(_folder.Path, "compiled"), Sandboxes.Here, _time, _log);
    }

    private async Task<ScannerResult> ScanAsync(string rules, byte[] content)
    {
        var scanner = Scanner(("a.yar", rules));
        Assert.Null(await scanner.ProbeAsync(Wait.Token));
        return await ScanAsync(scanner, content);
    }

    private Task<ScannerResult> ScanAsync(YaraScanner scanner, byte[]? content = null) =>
        scanner.ScanAsync(Make.Item(path: _folder.Write("sample", content ?? [1, 2, 3]), content: content ?? [1, 2, 3]), Wait.Token).AsTask();
}
