using System.Text.Json;
using System.Text.RegularExpressions;
using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>A trace is read twice by <c>zeek -D</c> beside the real daemon, the second time one that knows nothing of the first.</summary>
public sealed partial class ZeekSameAgainTests(ITestOutputHelper output)
{
    [Fact(Timeout = 240_000)]
    public async Task The_same_trace_gives_the_same_rows_over_the_fields_that_the_README_lists_as_stable()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        var (stable, other) = await ListsAsync(cancellationToken);
        var first = await RowsAsync(zeek, cancellationToken);
        var second = await RowsAsync(zeek, cancellationToken);

        // A field in neither list is one that nobody knows the answer for.
        var fields = first.SelectMany(r => r.EnumerateObject()).Select(p => p.Name).Distinct().ToList();
        output.WriteLine($"{first.Count} rows; fields: {string.Join(' ', fields.Order())}");
        Assert.DoesNotContain(fields, f => !Matches(stable, f) && !Matches(other, f));
        Assert.Equal(SampleMails.Files.Count, first.Count);
        Assert.Contains(first, r => r.Text("verdict") == "malicious");
        Assert.Equal(first.Select(Line), second.Select(Line));

        string Line(JsonElement row) => string.Join('\n', row.EnumerateObject().Where(p => Matches(stable, p.Name)).OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}: {p.Value.GetRawText()}"));
    }

    private static bool Matches(IReadOnlyList<string> list, string field) =>
        list.Any(l => l == field || (l.EndsWith(".*", StringComparison.Ordinal) && field.StartsWith(l[..^1], StringComparison.Ordinal)));

    private static async Task<IReadOnlyList<JsonElement>> RowsAsync(Daemon.Demo.ZeekSensor zeek, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        await using var daemon = new DaemonProcess(directory.Path);
        daemon.Start();
        await daemon.WaitUntilRunningAsync(cancellationToken);
        var run = await Support.Zeek.ReadTraceAsync(
            zeek, Support.Zeek.SampleTrace, directory.Sub("logs"), daemon.Environment, cancellationToken, "-D", "MailScan::log_first_bytes=256");
        Assert.Equal(0, run.ExitCode);
        return [.. run.Rows.OrderBy(r => r.GetProperty("seqno").GetUInt64())];
    }

    private static async Task<(IReadOnlyList<string> Stable, IReadOnlyList<string> Other)> ListsAsync(CancellationToken cancellationToken)
    {
        var readme = await File.ReadAllTextAsync(Repository.At("README.md"), cancellationToken);
        var lists = Lists().Match(readme);
        Assert.True(lists.Success, "README.md lists the stable fields no more as this test reads them");
        return ([.. Names(lists.Groups["stable"].Value)], [.. Names(lists.Groups["other"].Value)]);

        static IEnumerable<string> Names(string list) => Name().Matches(list).Select(m => m.Groups[1].Value);
    }

    [GeneratedRegex(@"Read again with `zeek -D`.*in these fields:(?<stable>[^;]+);(?<other>[^;]+)may differ", RegexOptions.Singleline)]
    private static partial Regex Lists();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
