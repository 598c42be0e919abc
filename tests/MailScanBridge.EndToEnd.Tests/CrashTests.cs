using System.Text.Json;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Zeek;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>
/// The daemon is killed (SIGKILL from within, at a named point) twenty times under load, and started again over the same state:
/// every request has one answer, the right one, and no verdict stands twice in the log.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Kills = 20;
    private const int Mails = 8; // times the sample mails, each of them some 65 files

    [Theory(Timeout = 300_000)]
    [InlineData(FaultPoints.BeforeCommit)]
    [InlineData(FaultPoints.AfterCommit)]
    [InlineData(FaultPoints.MidScan)]
    [InlineData(FaultPoints.BeforePublish)]
    [InlineData(FaultPoints.BeforeDelete)]
    public async Task A_daemon_that_dies_twenty_times_loses_nothing_and_says_nothing_twice(string point)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var daemon = new DaemonProcess(directory.Path);
        var files = Enumerable.Range(0, Mails).SelectMany(_ => SampleMails.Files).ToList();
        var rows = new List<SensorRow>();
        await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = daemon.HubXPub, HubXSub = daemon.HubXSub, NodeName = "stand-in" });
        var sensor = new StandInSensor(
            new StandInOptions
            {
                Spool = daemon.Spool,
                Bridge = daemon.Bridge,
                EndWait = TimeSpan.FromSeconds(120),
                StartWait = TimeSpan.FromSeconds(60),
                StayUntil = () => !daemon.HasExited && FilesLeft(daemon) == 0,
            },
            client, TimeProvider.System);

        var random = new Random(4711);
        var kills = 0;
        daemon.Start($"{point}:{random.Next(4, 12)}");
        var asking = sensor.RunAsync(files, rows.Add, cancellationToken);
        while (kills < Kills && !asking.IsCompleted)
        {
            await Task.WhenAny(daemon.WaitUntilDeadAsync(cancellationToken), asking);
            if (daemon.HasExited)
            {
                Assert.Equal(128 + 9, daemon.ExitCode);
                kills++;
                daemon.Start(kills < Kills ? $"{point}:{random.Next(4, 12)}" : null);
            }
        }

        await asking;
        try
        {
            await Eventually.TrueAsync(() => FilesLeft(daemon) == 0, "the store is empty", cancellationToken);
        }
        catch (TimeoutException)
        {
            output.WriteLine($"left: {string.Join(", ", Directory.EnumerateFiles(Path.Combine(daemon.State, "store", "files")))}\n{daemon.Output}");
            throw;
        }

        await daemon.StopAsync(cancellationToken);

        var logged = File.ReadAllLines(daemon.VerdictLog).Select(Key).OfType<string>().ToList();
        var lost = rows.Count(r => IsLost(r.Reason));
        output.WriteLine($"{point}: {kills} kills, {files.Count} requests, {rows.Count - lost} answers, {lost} lost, {logged.Count - logged.Distinct().Count()} twice in the log, {sensor.Resends} sent again, {sensor.Repeats} verdicts repeated");
        foreach (var row in rows.Where(r => IsLost(r.Reason)))
        {
            output.WriteLine($"lost: {row.Seqno} {row.Label} {row.Reason} {row.Detail}");
        }

        Assert.Equal(Kills, kills);
        Assert.Equal(files.Count, rows.Count);
        Assert.Equal(files.Count, rows.Select(r => r.Seqno).Distinct().Count());
        Assert.Equal(0, lost);
        Assert.Equal(files.Count, logged.Distinct().Count());
        Assert.Equal(files.Count, logged.Count);
        foreach (var row in rows.Where(r => r.Kind == "message"))
        {
            Assert.Equal(SampleMails.Expected[row.Label], (row.Verdict, row.Reason));
        }

        Assert.Empty(Directory.EnumerateFiles(daemon.Spool));
    }

    private static bool IsLost(string reason) => reason is Reasons.Timeout or Reasons.NoBridge or Reasons.GaveUp or Reasons.Custody;

    private static int FilesLeft(DaemonProcess daemon) => Directory.EnumerateFiles(Path.Combine(daemon.State, "store", "files")).Count();

    /// <summary>The key of a line; null for one that a crash cut in two.</summary>
    private static string? Key(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return $"{root.GetProperty("node")}/{root.GetProperty("incarnation")}/{root.GetProperty("seqno")}";
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
