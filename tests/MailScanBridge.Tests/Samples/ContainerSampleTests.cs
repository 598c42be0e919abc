using System.Text.Json;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Tests.Scan;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Samples;

/// <summary>Every kind of container and method, each by name: what is inside is found, or is said not to have been seen; never clean.</summary>
public sealed class ContainerSampleTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "MailScanBridge.Tests", "Samples", "Containers");

    [Fact]
    public void Every_sample_is_named_in_a_test() => Assert.Equal(
        Directory.GetFiles(s_folder).Select(f => Path.GetFileName(f)!).Where(f => f is not ("README.md" or "make.py")).Order(StringComparer.Ordinal),
        typeof(ContainerSampleTests).GetMethods().SelectMany(m => m.GetCustomAttributes(typeof(InlineDataAttribute), false)).Cast<InlineDataAttribute>()
            .Select(d => (string)d.Data[0]!).Distinct().Order(StringComparer.Ordinal));

    // Read here, without any other program.
    [Theory]
    [InlineData("zip-stored.zip")]
    [InlineData("zip-deflate.zip")]
    [InlineData("zip-deflate64.zip")]
    [InlineData("zip-bzip2.zip")]
    [InlineData("zip-lzma.zip")]
    [InlineData("zip-ppmd.zip")]
    [InlineData("zip-xz.zip")]
    [InlineData("zip-zstd.zip")]
    [InlineData("zip-aes-infected.zip")]
    [InlineData("7z-stored.7z")]
    [InlineData("7z-lzma.7z")]
    [InlineData("7z-lzma2.7z")]
    [InlineData("7z-ppmd.7z")]
    [InlineData("7z-bzip2.7z")]
    [InlineData("7z-deflate.7z")]
    [InlineData("7z-delta.7z")]
    [InlineData("7z-bcj.7z")]
    [InlineData("7z-bcj2.7z")]
    [InlineData("7z-arm64.7z")]
    [InlineData("7z-password-infected.7z")]
    [InlineData("7z-header-infected.7z")]
    [InlineData("rar5-infected.rar")]
    [InlineData("rar5-names-infected.rar")]
    public Task Found_in_its_member(string name) => FoundInMemberAsync(name, Scanned.WithoutPrograms);

    [Theory]
    [InlineData("zip-aes-unknown.zip", "encrypted", "eicar.txt: needs a password")]
    [InlineData("7z-header-unknown.7z", "encrypted", "needs a password; none of the ")]
    [InlineData("rar5-unknown.rar", "encrypted", "needs a password")]
    [InlineData("rar5-names-unknown.rar", "encrypted", "needs a password; none of the ")]
    [InlineData("zip-mp3.zip", "unsupported", "eicar.txt: compression method 94")]
    [InlineData("7z-deflate64.7z", "unsupported", "")]
    [InlineData("fixed.vhd", "unsupported", "application/x-vhd is not opened")]
    [InlineData("lha-lh0.lzh", "unsupported", "application/x-lha is not opened")]
    [InlineData("lha-lh5.lzh", "unsupported", "application/x-lha is not opened")]
    [InlineData("udf.iso.gz", "unsupported", "application/x-udf-image is not opened")]
    [InlineData("udf-beside-iso.iso.gz", "unsupported", "application/x-udf-image is not opened")]
    public async Task Not_seen_and_said_so(string name, string reason, string detail)
    {
        var verdict = await ScanAsync(name, Scanned.WithoutPrograms);

        Assert.Equal(("unscanned", reason), (verdict.GetProperty("verdict").GetString(), verdict.GetProperty("reason").GetString()));
        Assert.Contains(detail, verdict.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    // Read by the programs of unpacking.external.
    [Theory]
    [InlineData("lha-lh0.lzh", "bsdtar", "libarchive-tools")]
    [InlineData("lha-lh5.lzh", "bsdtar", "libarchive-tools")]
    [InlineData("lha-lh0.lzh", "7z", "p7zip-full")]
    [InlineData("lha-lh5.lzh", "7z", "p7zip-full")]
    [InlineData("7z-deflate64.7z", "7z", "p7zip-full")]
    [InlineData("udf.iso.gz", "7z", "p7zip-full")]
    [InlineData("udf-beside-iso.iso.gz", "7z", "p7zip-full")]
    public async Task Found_in_its_member_by_another_program(string name, string program, string package)
    {
        Require.Program(program, package);
        _ = Sandboxes.Here;
        await FoundInMemberAsync(name, Scanned.Config with { External = Scanned.Config.External with { Programs = [program] } });
    }

    // What the other programs cannot do either does not become clean by them.
    [Theory]
    [InlineData("zip-aes-unknown.zip")]
    [InlineData("7z-header-unknown.7z")]
    [InlineData("rar5-unknown.rar")]
    [InlineData("rar5-names-unknown.rar")]
    [InlineData("zip-mp3.zip")]
    [InlineData("fixed.vhd")]
    public async Task Not_seen_by_the_programs_either(string name) =>
        Assert.Equal("unscanned", (await ScanAsync(name, Scanned.Config)).GetProperty("verdict").GetString());

    private static async Task FoundInMemberAsync(string name, BridgeConfig config)
    {
        var verdict = await ScanAsync(name, config);

        Assert.Equal("malicious", verdict.GetProperty("verdict").GetString());
        var detail = verdict.GetProperty("detail").GetString()!;
        Assert.Matches("Eicar-Test-Signature in \"[^;]+ > \"(?:eicar|program)[^;]*\"", detail);
        Assert.DoesNotContain($"Eicar-Test-Signature in \"{name}\" (", detail, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ScanAsync(string name, BridgeConfig config)
    {
        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = [Path.Combine(s_folder, name)], Json = true }, config);
        return JsonDocument.Parse(scanned.Output.TrimEnd('\n')).RootElement;
    }
}
