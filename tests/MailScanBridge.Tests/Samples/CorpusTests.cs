using System.Diagnostics;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Samples;

public class CorpusTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_folder_of_real_and_hostile_files_goes_through_without_crash_or_hang()
    {
        string corpus = CorpusFiles.Root;
        var budget = new UnpackBudget();
        var unpacker = new Unpacker(budget);
        var scanner = new ContentScanner();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int files = 0, items = 0;
        TimeSpan slowest = TimeSpan.Zero;
        foreach (string file in Directory.EnumerateFiles(corpus, "*", SearchOption.AllDirectories))
        {
            using var work = new TemporaryFolder();
            var clock = Stopwatch.StartNew();
            UnpackResult result = unpacker.Unpack(file, Path.GetFileName(file), null, work.Path, TestContext.Current.CancellationToken);
            Count("problem", result.Problems.Select(p => p.Reason));
            foreach (ScanItem item in result.Items)
            {
                ScannerResult scanned = await scanner.ScanAsync(item, TestContext.Current.CancellationToken);
                Count("outcome", [scanned.Outcome.ToString()]);
                Count("finding", scanned.Findings.Select(f => f.Name));
            }

            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
            Assert.True(result.Items.Count <= budget.MaxItems + 1);
            files++;
            items += result.Items.Count;
        }

        Assert.True(files > 0, $"{corpus} holds no files");
        output.WriteLine($"{files} files, {items} items, slowest {slowest.TotalMilliseconds:0} ms");
        foreach ((string what, int count) in counts)
            output.WriteLine($"{count,7} {what}");

        void Count(string kind, IEnumerable<string> values)
        {
            foreach (string value in values)
                counts[$"{kind} {value}"] = counts.GetValueOrDefault($"{kind} {value}") + 1;
        }
    }
}
