using MailScanBridge.Daemon.Soak;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests.Faults;

/// <summary>A disk that is full in the middle of a run, and has room again later: the reason is said, nothing is lost, nothing stands twice.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    [Theory(Timeout = 180_000)]
    [InlineData("spool", "bytes free, less than its floor")]
    [InlineData("state", "bytes free, less than its floor")]
    [InlineData("quarantine", "No space left on device")]
    public async Task What_was_asked_is_answered_once_there_is_room(string full, string told)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        using var disk = new SmallDisk(Path.Combine(directory.Path, full switch { "quarantine" => "state/quarantine", _ => full }), 24);
        var config = Path.Combine(directory.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(config, "disk: { min_free_spool: 64KiB, min_free_state: 64KiB }\nquarantine: { min_free: 0 }\n", cancellationToken);
        await using var daemon = new DaemonProcess(directory.Path);
        daemon.Start(null, "--config", config);
        await daemon.WaitUntilRunningAsync(cancellationToken);
        await using var load = new LoadRun(daemon, 100, SoakFiles.Make(3).Take(500), cancellationToken);

        await Eventually.TrueAsync(() => load.Rows.Count > 50, "the run is under way", cancellationToken);
        await Eventually.TrueAsync(
            () =>
            {
                disk.Fill(); // Again and again: what the daemon takes out of the spool makes room.
                return daemon.Output.Contains(told, StringComparison.Ordinal);
            },
            "the log says so", cancellationToken);
        Assert.False(daemon.HasExited, daemon.Output);
        var meanwhile = load.Rows.Count;
        disk.Empty();
        await load.Asking;
        var report = await load.ReportAsync(cancellationToken);
        output.WriteLine($"{full}: full after {meanwhile} answers\n{report}\n{string.Join('\n', daemon.Output.Split('\n').Where(l => l.Contains("[800", StringComparison.Ordinal)))}");
        Assert.Equal((500, 0, 0, 0, 0), (report.Requests, report.Lost, report.Wrong, report.Duplicates, report.FilesLeft));

        // Where there is no room for one more it is not kept, and that is said; where it is elsewhere that there is none, all are.
        var kept = Directory.EnumerateFiles(Path.Combine(daemon.State, "quarantine"), "*.zip").Count();
        var malicious = report.Rows.Count(r => r.Verdict == "malicious");
        output.WriteLine($"{malicious} malicious, {kept} in quarantine");
        Assert.InRange(kept, full == "spool" ? malicious : 1, full == "quarantine" ? malicious - 1 : malicious);
    }
}
