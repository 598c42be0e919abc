using System.Security.Cryptography;
using System.Text;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Hashes;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Hashes;

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
    public void A_list_without_a_hash_is_an_error_with_its_place(string line)
    {
        var error = Assert.Throws<FormatException>(() => Load($"# first\n{line}\n"));

        Assert.Contains($"{Path.Combine(_folder.Path, "list")}:2:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_are_no_hash_are_counted_named_and_left_out()
    {
        var scanner = Load($"# first\nnot a hash\n{Make.Sha256(s_content)} Evil\r\n" + string.Concat(Enumerable.Repeat("0123\n", 20)) + new string('a', 3_000_000) + "\nab");

        Assert.Equal("Evil", Assert.Single((await ScanAsync(scanner)).Findings).Name);
        Assert.StartsWith("1 hash, 23 malformed lines (", scanner.Version, StringComparison.Ordinal);
        Assert.Equal(10, scanner.Malformed.Count);
        Assert.StartsWith($"{ListPath}:2: \"not\" is no hash", scanner.Malformed[0], StringComparison.Ordinal);
        Assert.StartsWith($"{ListPath}:4: \"0123\" is no hash", scanner.Malformed[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\ufeff")]
    [InlineData("\n\n \t \n")]
    public async Task A_byte_order_mark_and_empty_lines_are_no_matter(string start) =>
        Assert.Single((await ScanAsync(Load(start + Make.Sha256(s_content)))).Findings);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_very_many_each_is_found_under_its_name_and_no_other(bool sorted)
    {
        const int count = 100_000;
        var hashes = Enumerable.Range(0, count).Select(i => SHA256.HashData(BitConverter.GetBytes(i))).Select(Convert.ToHexStringLower).ToList();
        var names = hashes.Select((h, i) => (Hash: h, Name: i % 3 == 0 ? "" : i % 3 == 1 ? "Family" : $"Name {i}")).ToList();
        var lines = sorted ? names.OrderBy(n => n.Hash, StringComparer.Ordinal) : names.AsEnumerable();
        var path = _folder.Write("many", Encoding.ASCII.GetBytes(string.Join('\n', lines.Select(n => $"{n.Hash[..(n.Hash[0] < '4' ? 64 : n.Hash[0] < '8' ? 40 : 32)]} {n.Name}"))));

        var list = HashList.Load(path);

        Assert.Equal((count, 0), (list.Count, list.MalformedCount));
        Assert.All(names, n => Assert.Equal(n.Name, list.Find(Convert.FromHexString(n.Hash[..(n.Hash[0] < '4' ? 64 : n.Hash[0] < '8' ? 40 : 32)]))));
        Assert.All(Enumerable.Range(count, 1000), i => Assert.Null(list.Find(SHA256.HashData(BitConverter.GetBytes(i)))));
    }

    [Fact]
    public async Task A_list_that_changes_is_read_again_and_the_old_one_answers_until_then()
    {
        var time = new FakeTimeProvider();
        var told = new List<string?>();
        var scanner = Load($"{new string('0', 64)} other\n");
        using var stop = new CancellationTokenSource();
        var watch = scanner.KeepFreshAsync(time, told.Add, stop.Token);
        var version = scanner.Version;

        await TickAsync(() => true, "nothing");
        Assert.Empty(told);
        Write($"{Make.Sha256(s_content)} Evil\n", 1);
        Assert.Empty((await ScanAsync(scanner)).Findings);
        await TickAsync(() => told.Count == 1, "the reload");
        Assert.Null(told[0]);
        Assert.Single((await ScanAsync(scanner)).Findings);
        Assert.NotEqual(version, scanner.Version);

        Write("nonsense\n", 2);
        await TickAsync(() => told.Count == 2, "the refusal");
        Assert.Contains($"{ListPath}:1: ", told[1], StringComparison.Ordinal);
        File.Delete(ListPath);
        await TickAsync(() => told.Count == 3, "the second refusal");
        Assert.Single((await ScanAsync(scanner)).Findings);
        await TickAsync(() => true, "nothing");
        Assert.Equal(3, told.Count);

        Write("# emptied\n", 3);
        await TickAsync(() => told.Count == 4, "the empty list");
        Assert.Empty((await ScanAsync(scanner)).Findings);
        await stop.CancelAsync();
        await watch;

        void Write(string text, int minute)
        {
            File.WriteAllText(ListPath, text);
            File.SetLastWriteTimeUtc(ListPath, new DateTime(2026, 1, 1, 0, minute, 0, DateTimeKind.Utc));
        }

        Task TickAsync(Func<bool> done, string what) => Wait.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return done();
            },
            what);
    }

    [Fact]
    public async Task Good_by_sha_256_is_proof()
    {
        var result = await ScanAsync(Load($"{Make.Sha256(s_content)} setup.exe 1.0", good: true));

        Assert.True(result.KnownGood);
        Assert.Equal((ScanOutcome.Scanned, 0, "in the list of good files by SHA-256 as setup.exe 1.0"), (result.Outcome, result.Findings.Count, result.Detail));
    }

    [Theory]
    [InlineData("MD5")]
    [InlineData("SHA1")]
    public async Task Good_by_a_hash_that_can_be_forged_is_no_proof(string algorithm)
    {
        var hash = Convert.ToHexString(CryptographicOperations.HashData(new HashAlgorithmName(algorithm), s_content));

        var result = await ScanAsync(Load(hash, good: true));

        Assert.Equal((ScanOutcome.NoOpinion, false), (result.Outcome, result.KnownGood));
        Assert.Contains("can be forged", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_that_cannot_be_read_is_a_failure_where_it_must_be_hashed()
    {
        var scanner = Load($"{new string('0', 32)} a");

        var result = await scanner.ScanAsync(Make.Item(path: Path.Combine(_folder.Path, "missing")), Wait.Token);

        Assert.Equal((ScanOutcome.Failed, Reasons.ToolDown), (result.Outcome, result.Reason));
    }

    public void Dispose() => _folder.Dispose();

    private string ListPath => Path.Combine(_folder.Path, "list");

    private HashListScanner Load(string list, bool good = false) =>
        HashListScanner.Load("hashes", new HashListOptions { Path = _folder.Write("list", Encoding.UTF8.GetBytes(list)), KnownGood = good });

    private Task<ScannerResult> ScanAsync(string list) => ScanAsync(Load(list));

    private Task<ScannerResult> ScanAsync(HashListScanner scanner) =>
        scanner.ScanAsync(Make.Item(path: _folder.Write("sample", s_content), content: s_content), Wait.Token).AsTask();
}
