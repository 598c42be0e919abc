using System.Security.Cryptography;
using System.Text;
using MailScanBridge.Scanning;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning;

public sealed class HashListScannerTests : IDisposable
{
    private static readonly byte[] s_content = "bad content"u8.ToArray();
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Hashes =>
    [
        Convert.ToHexString(MD5.HashData(s_content)), Convert.ToHexStringLower(SHA1.HashData(s_content)), Convert.ToHexStringLower(SHA256.HashData(s_content)), Convert.ToHexString(SHA256.HashData(s_content)),
    ];

    [Theory]
    [MemberData(nameof(Hashes))]
    public async Task A_hit_is_malicious_under_the_lists_name(string hash)
    {
        var result = await ScanAsync($"# a list\n\n  {hash}\t Evil thing  # comment\n{new string('0', 64)} other\n");

        var finding = Assert.Single(result.Findings);
        Assert.Equal(("Evil thing", VerdictKind.Malicious, 100), (finding.Name, finding.Kind, finding.Score));
    }

    [Fact]
    public async Task A_hit_without_a_name_is_known_bad() =>
        Assert.Equal("known bad", Assert.Single((await ScanAsync(Make.Sha256(s_content))).Findings).Name);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("00000000000000000000000000000000 a\n0000000000000000000000000000000000000000 b\n0000000000000000000000000000000000000000000000000000000000000000 c\n")]
    public async Task A_miss_proves_nothing(string list)
    {
        var result = await ScanAsync(list);

        Assert.Equal((ScanOutcome.NoOpinion, 0), (result.Outcome, result.Findings.Count));
    }

    [Fact]
    public void It_never_claims_to_look_at_content() => Assert.False(Load("").LooksAtContent);

    [Theory]
    [InlineData("xyz")]
    [InlineData("0123")]
    [InlineData("zz000000000000000000000000000000 name")]
    [InlineData("000000000000000000000000000000000 33 digits")]
    public void A_line_that_is_no_hash_is_an_error_with_its_place(string line)
    {
        var error = Assert.Throws<FormatException>(() => Load($"# first\n{line}\n"));

        Assert.Contains($"{Path.Combine(_folder.Path, "list")}:2:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_that_cannot_be_read_is_a_failure_where_it_must_be_hashed()
    {
        var scanner = Load($"{new string('0', 32)} a");

        var result = await scanner.ScanAsync(Make.Item(path: Path.Combine(_folder.Path, "missing")), Wait.Token);

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
    }

    public void Dispose() => _folder.Dispose();

    private HashListScanner Load(string list) => HashListScanner.Load("bad_hashes", _folder.Write("list", Encoding.UTF8.GetBytes(list)));

    private Task<ScannerResult> ScanAsync(string list) =>
        Load(list).ScanAsync(Make.Item(path: _folder.Write("sample", s_content), content: s_content), Wait.Token).AsTask();
}
