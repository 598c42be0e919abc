using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>A real Zeek reads the sample mails from a trace, beside the real daemon, or beside one that is not what it should be.</summary>
public sealed class ZeekTraceTests(ITestOutputHelper output)
{
    /// <summary>Part and message entities that Zeek cuts the sample mails into: as many as the stand-in does (RecordedFramesTests).</summary>
    private static int SampleFiles => SampleMails.Files.Count;

    [Fact(Timeout = 120_000)]
    public async Task Every_file_of_the_trace_gets_its_verdict_and_a_bad_one_its_notice()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var daemon = new DaemonProcess(directory.Path);
        daemon.Start();
        await daemon.WaitUntilRunningAsync(cancellationToken);

        var run = await Support.Zeek.ReadTraceAsync(zeek, Support.Zeek.SampleTrace, directory.Sub("logs"), daemon.Environment, cancellationToken);

        output.WriteLine($"{run.Rows.Count} rows, {run.Notices.Count} notices, {run.Elapsed.TotalSeconds:0.00} s\n{run.Errors}");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(SampleFiles, run.Rows.Count);
        Assert.Equal(SampleFiles, run.FirstRows.Select(r => r.Text("seqno")).Distinct().Count());
        var messages = run.Rows.Where(r => r.Text("kind") == "message").ToList();
        var expected = SampleMails.Expected.Values.Select(e => $"{e.Verdict} {e.Reason}".Trim()).Order();
        Assert.Equal(expected, messages.Select(r => $"{r.Text("verdict")} {r.Text("reason")}".Trim()).Order());

        var subject = SubjectOf("04-eicar-zip.eml");
        var row = Assert.Single(run.Rows, r => r.Text("subject") == subject && r.Text("filename") == "scan.zip");
        var notice = Assert.Single(run.Notices, n => n.Text("note") == "MailScan::Malicious_File" && n.Text("fuid") == row.Text("fuid"));
        Assert.Equal(row.Text("uid"), notice.Text("uid"));
        Assert.Equal(row.Text("id.orig_h"), notice.Text("id.orig_h"));
        Assert.Equal(row.Text("id.resp_h"), notice.Text("id.resp_h"));
        Assert.Contains("scan.zip", notice.Text("msg"), StringComparison.Ordinal);
        Assert.Contains("Eicar-Test-Signature", notice.Text("msg") + notice.Text("sub"), StringComparison.Ordinal);
        Assert.Contains(row.Text("sha256"), notice.Text("msg") + notice.Text("sub"), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Rows, r => r.Text("names").Contains("Mail.PartsDiffer", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(daemon.Spool));
        await Eventually.TrueAsync(() => !Directory.EnumerateFiles(Path.Combine(daemon.State, "store", "files")).Any(), "the store is empty", cancellationToken);
    }

    [Fact(Timeout = 120_000)]
    public async Task Without_a_daemon_the_run_ends_within_its_bound_and_each_file_has_a_row_that_says_why()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var daemon = new DaemonProcess(directory.Path); // never started

        var run = await Support.Zeek.ReadTraceAsync(zeek, Support.Zeek.SampleTrace, directory.Sub("logs"), daemon.Environment, cancellationToken, "MailScan::trace_start_wait=2sec", "MailScan::trace_end_wait=2sec");

        AllUnscanned(run, Reasons.NoBridge);
        Assert.InRange(run.Elapsed.TotalSeconds, 2, 20);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(false, false, Reasons.NoBridge)]
    [InlineData(true, false, Reasons.Timeout)]
    [InlineData(true, true, Reasons.Timeout)]
    public async Task Beside_a_daemon_that_goes_half_way_the_run_ends_within_its_bound_and_each_file_has_its_row(bool answersHello, bool accepts, string reason)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var bridge = await HalfBridge.StartAsync(directory.Sub("spool"), answersHello, accepts, cancellationToken);

        var run = await Support.Zeek.ReadTraceAsync(zeek, Support.Zeek.SampleTrace, directory.Sub("logs"), bridge.Environment, cancellationToken, "MailScan::trace_start_wait=2sec", "MailScan::trace_end_wait=3sec");

        AllUnscanned(run, reason);
        Assert.InRange(run.Elapsed.TotalSeconds, 2, 30);
    }

    [Fact(Timeout = 120_000)]
    public async Task When_the_daemon_dies_half_way_what_it_answered_stands_and_the_rest_says_why_not()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var daemon = new DaemonProcess(directory.Path);
        daemon.Start($"{FaultPoints.BeforePublish}:20");
        await daemon.WaitUntilRunningAsync(cancellationToken);

        var run = await Support.Zeek.ReadTraceAsync(zeek, Support.Zeek.SampleTrace, directory.Sub("logs"), daemon.Environment, cancellationToken, "MailScan::trace_end_wait=5sec");

        var answered = run.FirstRows.Count(r => r.Text("reason") is not (Reasons.Timeout or Reasons.NoBridge));
        output.WriteLine($"{answered} answered, {run.FirstRows.Count - answered} not; {run.Elapsed.TotalSeconds:0.0} s");
        Assert.Equal(0, run.ExitCode);
        Assert.True(daemon.HasExited);
        Assert.Equal(SampleFiles, run.FirstRows.Count);
        Assert.InRange(answered, 1, 20);
    }

    [Fact(Timeout = 120_000)]
    public async Task When_the_daemon_dies_half_way_and_comes_back_every_file_gets_its_verdict()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var zeek = await Support.Zeek.RequireAsync(cancellationToken);
        using var directory = new TemporaryDirectory();
        await using var daemon = new DaemonProcess(directory.Path);
        daemon.Start($"{FaultPoints.MidScan}:20");
        await daemon.WaitUntilRunningAsync(cancellationToken);

        var running = Support.Zeek.ReadTraceAsync(zeek, Support.Zeek.SampleTrace, directory.Sub("logs"), daemon.Environment, cancellationToken);
        await daemon.WaitForExitAsync(cancellationToken);
        daemon.Start();
        var run = await running;

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(SampleFiles, run.FirstRows.Count);
        Assert.DoesNotContain(run.FirstRows, r => r.Text("reason") is Reasons.Timeout or Reasons.NoBridge or Reasons.GaveUp);
    }

    private static string SubjectOf(string mail) =>
        MimeKit.MimeMessage.Load(Repository.At("samples", "mail", mail)).Subject!;

    private static void AllUnscanned(ZeekRun run, string reason)
    {
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(SampleFiles, run.FirstRows.Count);
        Assert.All(run.FirstRows, r => Assert.Equal(("unscanned", reason), (r.Text("verdict"), r.Text("reason"))));
    }
}
