using System.Text;
using MailScanBridge.Samples.MailPcap.Formats;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scan;

/// <summary>What a list of good files does to a verdict.</summary>
public sealed class KnownGoodTests : IDisposable
{
    private static readonly byte[] s_program = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, .. new byte[100]];
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_program_that_nothing_scans_is_clean_once_it_is_known_good()
    {
        Assert.Equal("unscanned", await VerdictAsync(s_program, ""));
        Assert.Equal("clean", await VerdictAsync(s_program, Make.Sha256(s_program)));
    }

    [Fact]
    public async Task A_mandatory_step_still_decides() => Assert.Equal("malicious", await VerdictAsync(Make.Eicar, Make.Sha256(Make.Eicar)));

    [Fact]
    public async Task What_is_inside_a_known_good_archive_needs_proof_of_its_own()
    {
        var archive = new ZipFile().Add("program", s_program).ToArray();

        Assert.Equal("unscanned", await VerdictAsync(archive, Make.Sha256(archive)));
        Assert.Equal("clean", await VerdictAsync(archive, $"{Make.Sha256(archive)}\n{Make.Sha256(s_program)}"));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> VerdictAsync(byte[] content, string good)
    {
        var list = _folder.Write("good", Encoding.ASCII.GetBytes(good));
        var scanned = await Scanned.RunAsync(
            _folder,
            $$"""
            scanners:
              good: {kind: hash_list, known: good, path: {{list}} }
            routes:
              - {types: ["text/*"], steps: [{scanner: good, mandatory: false}, {scanner: content}]}
              - {types: ["*"], steps: [{scanner: good, mandatory: false}, {scanner: content, mandatory: false}]}
            """,
            content);
        return scanned.Verdict;
    }
}
