using MailScanBridge.Samples.MailPcap;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Samples;

public class SampleTests
{
    private static readonly string s_folder = Path.Combine(Root(), "samples", "mail");

    public static TheoryData<string, string, string> Expectations
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (string line in File.ReadAllLines(Path.Combine(s_folder, SampleFiles.Expectations)).Skip(1))
            {
                string[] fields = line.Split('\t');
                data.Add(fields[0], fields[1], fields[2]);
            }

            return data;
        }
    }

    [Fact]
    public void The_samples_made_again_are_the_samples_committed()
    {
        using var folder = new TemporaryFolder();
        SampleFiles.Write(folder.Path);
        foreach (string made in Directory.GetFiles(folder.Path))
        {
            string committed = Path.Combine(s_folder, Path.GetFileName(made));
            Assert.True(File.Exists(committed), $"{committed} is missing");
            Assert.True(File.ReadAllBytes(made).AsSpan().SequenceEqual(File.ReadAllBytes(committed)), $"{committed} differs: run mail-pcap make-mails samples/mail");
        }

        Assert.Equal(Directory.GetFiles(folder.Path).Select(Path.GetFileName).Append("README.md").Order(), Directory.GetFiles(s_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_readme_names_every_sample()
    {
        string readme = File.ReadAllText(Path.Combine(s_folder, "README.md"));
        Assert.All(SampleMails.All, m => Assert.Contains(m.File, readme, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Expectations))]
    public async Task Each_sample_gets_the_verdict_that_is_expected_of_it(string file, string verdict, string reason)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using var unpacked = Unpacked.From(File.ReadAllBytes(Path.Combine(s_folder, file)), declaredType: ContentTypes.Mail);
        var scanner = new ContentScanner();
        var results = new List<ScannerResult>();
        foreach (ScanItem item in unpacked.Result.Items)
            results.Add(await scanner.ScanAsync(item, token));

        // What a whole pipeline does, in the smallest form: the worst finding, else what was not scanned, else clean.
        VerdictKind worst = results.SelectMany(r => r.Findings).Select(f => f.Kind).DefaultIfEmpty(VerdictKind.Clean).Max();
        List<string?> missing = [.. unpacked.Reasons, .. results.Where(r => r.Outcome != ScanOutcome.Scanned).Select(r => r.Reason ?? Reasons.NoScanner)];
        if (worst == VerdictKind.Clean && missing.Count > 0)
            worst = VerdictKind.Unscanned;
        Assert.Equal(verdict, worst.ToString().ToLowerInvariant());
        if (reason == Reasons.Truncated)
            Assert.NotEmpty(missing); // that Zeek saw a gap only Zeek can say
        else if (worst == VerdictKind.Unscanned)
            Assert.Contains(reason, missing);
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MailScanBridge.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("the repository's root is not above the tests");
    }
}
