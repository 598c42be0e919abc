using System.Text.Json;
using MailScanBridge.Daemon.Scan;
using MailScanBridge.Tests.Scan;
using Xunit;

namespace MailScanBridge.Tests.Samples;

/// <summary>
/// The command <c>scan</c> against what others say of the same files. What is expected of each comes from the collection's manifest
/// and from the original tools (clamscan with signatures of the two test files, olevba, mraptor, rtfobj, pdfid, pdf-parser, Python's email
/// and zipfile), never from our own output. Where we differ, the table says how, and why.
/// </summary>
public sealed class CorpusExpectationTests(ITestOutputHelper output)
{
    private static readonly IReadOnlyList<string[]> s_rows = CorpusFiles.Table("expectations.tsv");

    [Fact]
    public async Task Every_file_gets_what_others_say_of_it_or_what_the_table_explains()
    {
        var root = CorpusFiles.Root;
        var files = s_rows.Select(r => Path.Combine(root, r[0])).ToArray();

        var scanned = await Scanned.RunAsync(new ScanOptions { Targets = files, Json = true }, Scanned.WithoutPrograms, cancellationToken: TestContext.Current.CancellationToken);

        var verdicts = scanned.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(s_rows.Count, verdicts.Count);
        var wrong = s_rows.Zip(verdicts).Where(p => !(p.First[3].Length > 0 ? p.First[3] : p.First[1]).Split('|').Any(w => Matches(w, p.Second)))
            .Select(p => $"{p.First[0]}: expected {p.First[1]} ({p.First[2]}){(p.First[3].Length > 0 ? $", explained as {p.First[3]}" : "")}, got {Word(p.Second)}: {p.Second.GetProperty("detail").GetString()}")
            .ToList();
        output.WriteLine($"{s_rows.Count} files, {s_rows.Count(r => r[3].Length > 0)} differ and are explained");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(1, scanned.Exit);
    }

    [Fact]
    public void Every_difference_is_explained_and_none_calls_clean_what_another_tool_found()
    {
        Assert.True(s_rows.Count > 500, $"{s_rows.Count} rows");
        Assert.Equal(s_rows.Count, s_rows.Select(r => r[0]).Distinct().Count());
        Assert.All(s_rows, r => Assert.Equal((5, r[3].Length > 0), (r.Length, r[4].Length > 0)));
        Assert.All(s_rows, r => Assert.NotEmpty(r[2]));
        Assert.All(s_rows.Where(r => r[1] is "malicious" or "suspicious"), r => Assert.False(r[3] == "clean", r[0]));
    }

    private static bool Matches(string expected, JsonElement verdict) =>
        expected.Contains('/', StringComparison.Ordinal) ? Word(verdict) == expected : verdict.GetProperty("verdict").GetString() == expected;

    private static string Word(JsonElement verdict) =>
        verdict.GetProperty("verdict").GetString() + (verdict.GetProperty("reason").GetString() is { Length: > 0 } reason ? $"/{reason}" : "");
}
