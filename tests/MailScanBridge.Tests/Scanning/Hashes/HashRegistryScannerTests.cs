using System.Security.Cryptography;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Hashes;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Hashes;

public sealed class HashRegistryScannerTests : IDisposable
{
    private static readonly byte[] s_content = "a file"u8.ToArray();
    private readonly TemporaryFolder _folder = new();
    private readonly FakeDns _dns = new();
    private readonly FakeTimeProvider _time = new();

    public static TheoryData<HashKind, string> Names => new()
    {
        { HashKind.Md5, Convert.ToHexStringLower(MD5.HashData(s_content)) },
        { HashKind.Sha1, Convert.ToHexStringLower(SHA1.HashData(s_content)) },
        { HashKind.Sha256, Make.Sha256(s_content).Insert(32, ".") },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_listed_hash_is_a_finding_by_each_kind_of_hash(HashKind kind, string hash)
    {
        Lists(hash, "1611956489 28");

        var result = await ScanAsync(Registry(kind));

        var finding = Assert.Single(result.Findings);
        Assert.Equal(("HashRegistry.Malware", VerdictKind.Malicious), (finding.Name, finding.Kind));
        Assert.Equal("hash.test: 28 % of antivirus programs know it, last seen 2021-01-29", finding.Detail);
        Assert.Contains(($"{hash}.hash.test", FakeDns.Txt), _dns.Asked);
    }

    [Theory]
    [InlineData(9, VerdictKind.Suspicious)]
    [InlineData(10, VerdictKind.Malicious)]
    public async Task How_many_programs_know_it_decides(int percent, VerdictKind kind)
    {
        Lists(Make.Sha256(s_content).Insert(32, "."), $"1 {percent}");

        Assert.Equal(kind, Assert.Single((await ScanAsync(Registry())).Findings).Kind);
    }

    [Fact]
    public async Task A_miss_proves_nothing()
    {
        var registry = Registry();

        Assert.Equal(ScanOutcome.NoOpinion, (await ScanAsync(registry)).Outcome);
        Assert.Equal((VerdictKind.Unscanned, Reasons.NoScanner), await VerdictAsync(registry));
    }

    [Fact]
    public async Task A_resolver_that_answers_for_everything_is_noticed_and_tried_again_later()
    {
        _dns.Answer = (_, type) => (FakeDns.NoError, type == FakeDns.A ? "198.51.100.1" : null);
        var registry = Registry();

        Assert.Contains("answers for everything", (await ScanAsync(registry)).Detail, StringComparison.Ordinal);
        Assert.Equal((VerdictKind.Unscanned, Reasons.ToolDown), await VerdictAsync(registry));

        _dns.Answer = (_, _) => (FakeDns.NoSuchName, null);
        Assert.Equal(ScanOutcome.Failed, (await ScanAsync(registry)).Outcome);
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(ScanOutcome.NoOpinion, (await ScanAsync(registry)).Outcome);
    }

    [Theory]
    [InlineData(FakeDns.ServerFailure, null)]
    [InlineData(FakeDns.Refused, null)]
    [InlineData(FakeDns.NoError, null)]
    [InlineData(FakeDns.NoError, "blocked by your administrator")]
    [InlineData(FakeDns.NoError, "1611956489 101")]
    [InlineData(FakeDns.NoError, "-1 5")]
    [InlineData(FakeDns.NoError, "99999999999999999999 5")]
    public async Task Every_other_answer_is_a_failure(int code, string? text)
    {
        _dns.Answer = (name, _) => name.Contains(".invalid.", StringComparison.Ordinal) ? (FakeDns.NoSuchName, null) : (code, text);

        var result = await ScanAsync(Registry());

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task A_resolver_that_is_silent_ends_with_the_time()
    {
        _dns.Answer = (_, _) => null;
        var registry = new HashRegistryScanner("mhr", new HashRegistryOptions { Zone = "hash.test", Resolver = _dns.Endpoint, Guard = new() { Concurrency = 1, Timeout = TimeSpan.FromMilliseconds(300), Retries = 0 } }, TimeProvider.System);

        Assert.Equal(ScanOutcome.Failed, (await ScanAsync(registry)).Outcome);
    }

    [Fact]
    public async Task The_same_content_is_asked_about_once()
    {
        using var metrics = new MailScanMetrics();
        var runner = Runner(Registry(), metrics, new ScanCache(new ScanCacheOptions(), metrics, _time));

        for (var i = 0; i < 3; i++)
        {
            await runner.RunAsync(Plan(), CancellationToken.None, Wait.Token);
        }

        Assert.Single(_dns.Asked, a => !a.Name.Contains(".invalid.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Past_its_rate_nothing_is_asked_and_nothing_is_clean()
    {
        var registry = Registry(rate: new Rate(2, TimeSpan.FromMinutes(1)));
        await ScanAsync(registry);
        await ScanAsync(registry);
        var asked = _dns.Asked.Count;

        var result = await ScanAsync(registry);

        Assert.Equal((ScanOutcome.Failed, Reasons.Limits, "more than 2/m (rate)", true), (result.Outcome, result.Reason, result.Detail, result.RateLimited));
        Assert.Equal(asked, _dns.Asked.Count);
        Assert.Equal((VerdictKind.Unscanned, Reasons.Limits), await VerdictAsync(registry));
    }

    public void Dispose()
    {
        _dns.Dispose();
        _folder.Dispose();
    }

    private void Lists(string hash, string text) => _dns.Answer = (name, type) => name == $"{hash}.hash.test" && type == FakeDns.Txt ? (FakeDns.NoError, text) : (FakeDns.NoSuchName, null);

    private HashRegistryScanner Registry(HashKind kind = HashKind.Sha256, Rate? rate = null) => new(
        "mhr", new HashRegistryOptions { Zone = "hash.test", Hash = kind, Resolver = _dns.Endpoint, Guard = new ToolGuardOptions { Concurrency = 2, Timeout = TimeSpan.FromSeconds(20), Retries = 0, Rate = rate } }, _time);

    private async Task<ScannerResult> ScanAsync(HashRegistryScanner registry) => await registry.ScanAsync(Item(), Wait.Token);

    private ScanItem Item() => Make.Item(path: _folder.Write("sample", s_content), content: s_content);

    private ScanPlan Plan() => new(Item(), new Route("all", ["*"], [new RouteStep("mhr")]));

    private ScanRunner Runner(IScanner scanner, MailScanMetrics metrics, ScanCache? cache = null) => new(new Dictionary<string, IScanner> { ["mhr"] = scanner }, metrics, _time, cache);

    private async Task<(VerdictKind Kind, string Reason)> VerdictAsync(IScanner scanner)
    {
        using var metrics = new MailScanMetrics();
        var plan = Plan();
        var report = await Runner(scanner, metrics).RunAsync(plan, CancellationToken.None, Wait.Token);
        var verdict = VerdictMaker.Make(Make.Request(content: s_content), new UnpackResult([plan.Item], []), [report], TimeSpan.Zero, 1);
        return (verdict.Kind, verdict.Reason);
    }
}
