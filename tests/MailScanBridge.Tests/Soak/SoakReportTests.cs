using MailScanBridge.Daemon.Demo;
using MailScanBridge.Daemon.Soak;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Soak;

/// <summary>What the soak's report calls bad, and how it measures growth.</summary>
public sealed class SoakReportTests
{
    [Fact]
    public void All_answered_and_nothing_grown_is_good()
    {
        var report = Report([Row(1, "clean"), Row(2, "malicious")]);
        Assert.True(report.IsGood, report.ToString());
        Assert.Contains("requests 2 in 1.0 s (2/s), answers 2, lost 0, wrong 0", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_verdict_a_lost_request_and_a_repeated_line_are_bad()
    {
        Assert.Equal(1, Report([Row(1, "clean"), Row(2, "malicious", verdict: "clean")]).Wrong);
        Assert.False(Report([Row(1, "clean"), Row(2, "malicious", verdict: "clean")]).IsGood);
        Assert.Equal(1, Report([Row(1, "clean")]).Lost);
        Assert.Equal(1, Report([Row(1, "clean"), Row(2, "clean", verdict: "unscanned", reason: "timeout")]).Lost);
        Assert.False((Report([Row(1, "clean"), Row(2, "clean")]) with { Duplicates = 1 }).IsGood);
        Assert.False((Report([Row(1, "clean"), Row(2, "clean")]) with { FilesLeft = 1 }).IsGood);
        Assert.False((Report([]) with { Requests = 0 }).IsGood);
    }

    [Fact]
    public void Where_tools_are_harmed_an_honest_reason_is_neither_wrong_nor_lost_and_a_clean_bill_is_wrong()
    {
        var down = Row(2, "malicious", verdict: "unscanned", reason: "tool_down") with { Detail = "clamd: it is down" };
        var harmed = Report([Row(1, "clean"), down]) with { ToolsAreHarmed = true };
        Assert.Equal((true, 1, 0, 0), (harmed.IsGood, harmed.Undecided, harmed.Wrong, harmed.Lost));
        Assert.False((harmed with { ToolsAreHarmed = false }).IsGood);
        Assert.False((harmed with { ProcessesLeft = 1 }).IsGood);
        Assert.False((harmed with { Rows = [down with { Seqno = 1 }, down] }).IsGood); // nothing was ever proven
        Assert.Equal(1, (harmed with { Rows = [Row(1, "clean"), down with { Detail = "", Reason = "timeout" }] }).Lost); // the sensor gave up
        Assert.Equal(1, (harmed with { Rows = [Row(1, "clean"), Row(2, "malicious", verdict: "clean")] }).Wrong);
        Assert.Equal(1, (harmed with { Rows = [Row(1, "clean"), down with { Reason = "too_large" }] }).Wrong);
    }

    [Theory]
    [InlineData(0, 300, true)]
    [InlineData(1, 300, false)] // a handle a second
    [InlineData(1, 60, true)] // for so short a time it may be the start
    public void Growth_is_a_leak_once_it_was_watched_for_long_enough(int each, int seconds, bool good)
    {
        var usages = Enumerable.Range(0, seconds).Select(s => new Usage(s, 1e8 + (s % 5 * 1e5), 100 + (each * s), 20, 0)).ToList();
        Assert.Equal(60.0 * each, ProcessWatch.SlopePerMinute(usages, u => u.Handles), 6);
        var report = Report([Row(1, "clean"), Row(2, "clean")]) with { Usages = usages };
        Assert.Equal(good, report.IsGood);
        Assert.Equal(good ? [] : ["handles"], report.Leaks);
    }

    [Fact]
    public void Our_own_process_can_be_read_and_one_that_is_not_there_cannot()
    {
        var usage = ProcessWatch.Read(Environment.ProcessId, 1)!;
        Assert.True(usage is { Rss: > 1e6, Handles: > 3, Threads: > 1 });
        Assert.Null(ProcessWatch.Read(int.MaxValue, 1));
    }

    [Fact]
    public void A_request_that_stands_twice_in_the_log_is_counted_and_a_line_cut_in_two_is_not()
    {
        using var folder = new TemporaryFolder();
        var log = Path.Combine(folder.Path, "verdicts.json");
        const string line = """{"node":"n","incarnation":1,"seqno":1,"revision":1}""";
        File.WriteAllLines(log, [line, line[..20], """{"node":"n","incarnation":1,"seqno":2,"revision":1}""", line]);
        Assert.Equal(1, SoakReport.CountDuplicates(log));
        Assert.Equal(0, SoakReport.CountDuplicates(log + ".absent"));
    }

    private static SoakReport Report(IReadOnlyList<SensorRow> rows) => new()
    {
        Requests = 2,
        Rows = rows,
        Duplicates = 0,
        Repeats = 0,
        Faults = 0,
        Sending = TimeSpan.FromSeconds(1),
        Usages = [],
        FilesLeft = 0,
    };

    private static SensorRow Row(ulong seqno, string due, string? verdict = null, string reason = "") =>
        new(seqno, due, "part", "text/plain", verdict ?? due, reason, "", [], TimeSpan.FromMilliseconds(5));
}
