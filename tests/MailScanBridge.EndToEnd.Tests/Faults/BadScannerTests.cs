using System.Text;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.Daemon.Soak;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests.Faults;

/// <summary>Scanners that never answer, that ignore being told to end, that leave children of their own: the files of others are answered in time, and nothing of them is left.</summary>
public sealed class BadScannerTests(ITestOutputHelper output)
{
    private const int Files = 300;
    private const int EachBad = 4;
    private static readonly TimeSpan s_inTime = TimeSpan.FromSeconds(60); // replies.answer_within

    [Fact(Timeout = 180_000)]
    public async Task Others_files_are_answered_in_time_and_nothing_is_left()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        Require.Program("bwrap", "bubblewrap");
        using var directory = new TemporaryDirectory();
        var marker = $"9{Environment.ProcessId}{Random.Shared.Next(1000, 9999)}"; // seconds to sleep: nobody else's
        var config = Path.Combine(directory.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(config, Configuration(marker), cancellationToken);
        await using var daemon = new DaemonProcess(directory.Path);
        daemon.Start(null, "--config", config);
        await daemon.WaitUntilRunningAsync(cancellationToken);

        var bad = ((string[])["%PDF-1.7\n", @"{\rtf1 ", "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR"]).SelectMany(start => Enumerable.Range(0, EachBad).Select(i => Bad($"{start}{i}"))).ToList();
        await using var load = new LoadRun(daemon, 60, SoakFiles.Make(7).Take(Files).SelectMany((file, i) => i % 25 == 5 && i / 25 < bad.Count ? [bad[i / 25], file] : (SensorFile[])[file]), cancellationToken);
        await load.Asking;
        var late = load.Rows.Where(r => r.Label != "unscanned").Max(r => r.Latency);
        await Eventually.TrueAsync(() => Left(daemon, marker).Count == 0, "every process of theirs is gone", cancellationToken);
        var report = await load.ReportAsync(cancellationToken);

        var done = load.Rows.Where(r => r.Label == "unscanned").ToList();
        output.WriteLine($"{report}\n{done.Count} files of scanners that do not answer; the last answer to another came after {late.TotalMilliseconds:0} ms");
        Assert.Equal(bad.Count, done.Count);
        Assert.All(done, r => Assert.Equal(("unscanned", Reasons.Timeout), (r.Verdict, r.Reason)));
        Assert.InRange(late, TimeSpan.Zero, s_inTime);
        Assert.Equal((Files + bad.Count, 0, 0), (report.Rows.Count, report.Duplicates, report.FilesLeft));
        Assert.All(report.Rows, r => Assert.Equal(r.Label, r.Verdict));
    }

    private static SensorFile Bad(string content) =>
        SoakFiles.Make(1).First() with { Label = "unscanned", Content = Encoding.Latin1.GetBytes(content), DeclaredType = null, Filename = null };

    /// <summary>What runs of the scanners, and what the daemon has not waited for.</summary>
    private static List<string> Left(DaemonProcess daemon, string marker) =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _))
            .Where(d => Read(d, "cmdline").Contains(marker, StringComparison.Ordinal) || (Read(d, "status").Contains($"PPid:\t{daemon.ProcessId}\n", StringComparison.Ordinal) && Read(d, "status").Contains("State:\tZ", StringComparison.Ordinal))),
    ];

    private static string Read(string directory, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It has ended.
        }
    }

    private static string Configuration(string marker) => $$"""
        scanners:
          hangs:
            kind: command
            command: [sh, -c, "exec sleep {{marker}}", "{sample}"]
            looks_at_content: true
            timeout: 1s
            concurrency: 1
          ignores:
            kind: command
            command: [sh, -c, "trap '' TERM INT HUP QUIT; while :; do sleep {{marker}}; done", "{sample}"]
            looks_at_content: true
            timeout: 1s
            concurrency: 1
          leaves:
            kind: command
            command: [sh, -c, "setsid sh -c 'setsid sleep {{marker}} &' & sleep {{marker}}", "{sample}"]
            looks_at_content: true
            timeout: 1s
            concurrency: 1
        unpacking:
          external: []
        routes:
          - { name: one, types: [application/pdf], steps: [{ scanner: hangs }] }
          - { name: two, types: [application/rtf, text/rtf], steps: [{ scanner: ignores }] }
          - { name: three, types: [image/*], steps: [{ scanner: leaves }] }
          - { name: rest, types: ["*"], steps: [{ scanner: content }] }
        """;
}
