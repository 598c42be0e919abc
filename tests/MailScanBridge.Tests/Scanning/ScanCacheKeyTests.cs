using System.Text.RegularExpressions;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.BuiltIn;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using MailScanBridge.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning;

/// <summary>What an answer hangs on: one file's is never given for another.</summary>
public sealed partial class ScanCacheKeyTests
{
    [Fact]
    public async Task What_the_built_in_scanner_says_of_a_name_or_container_is_never_said_of_another()
    {
        using var folder = new TemporaryFolder();
        var content = "harmless\n"u8.ToArray();
        var item = Make.Item(name: "a.txt", path: folder.Write("sample", content), content: content);
        using var metrics = new MailScanMetrics();
        var cache = new ScanCache(new ScanCacheOptions(), metrics, TimeProvider.System);
        var scanner = new ContentScanner();

        Assert.Empty((await cache.ScanAsync(scanner, item, Wait.Token)).Result.Findings);
        Assert.NotEmpty((await cache.ScanAsync(scanner, item with { Name = "a.pdf.exe" }, Wait.Token)).Result.Findings);
        Assert.Empty((await cache.ScanAsync(scanner, item, Wait.Token)).Result.Findings);
        Assert.True((await cache.ScanAsync(scanner, item, Wait.Token)).Reused);
        Assert.False((await cache.ScanAsync(scanner, item with { Type = "text/x-unknown" }, Wait.Token)).Reused);
        Assert.False((await cache.ScanAsync(scanner, item with { Parent = Make.Item(ContentTypes.Docx) }, Wait.Token)).Reused);
    }

    /// <summary>A scanner that looks at more of an item than its content and does not say so would get another file's answer.</summary>
    [Fact]
    public void Every_scanner_that_looks_at_more_than_content_says_so()
    {
        var scanners = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "MailScanBridge", "Scanning"), "*.cs", SearchOption.AllDirectories)
            .Select(f => (File: f, Text: File.ReadAllText(f))).Where(s => ImplementsScanner().IsMatch(s.Text)).ToList();

        Assert.True(scanners.Count >= 4, "the scanners are not found any more");
        Assert.All(scanners.Where(s => LooksAtMore().IsMatch(s.Text)), s => Assert.Contains("string Sees(ScanItem item)", s.Text, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"class \w+[^{;]*: [^{]*\bIScanner\b")]
    private static partial Regex ImplementsScanner();

    [GeneratedRegex(@"\bitem\.(Name|DeclaredType|Type|Parent|Password|Depth)\b")]
    private static partial Regex LooksAtMore();
}
