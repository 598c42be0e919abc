using System.Text.Json;
using MailScanBridge.Daemon.Soak;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests.Faults;

/// <summary>
/// A live Zeek is killed (kill -9) twenty times amid traffic, and started again: each request that reached the daemon is answered once, the later Zeek
/// takes what the earlier one did not, and each file that was left in the spool stays there and is named.
/// </summary>
public sealed class ZeekKillTests(ITestOutputHelper output)
{
    private const int Kills = 20;

    [Fact(Timeout = 400_000)]
    public async Task What_a_killed_Zeek_asked_is_answered_to_the_next_and_what_it_left_is_named()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var sensor = await Support.Zeek.RequireAsync(cancellationToken);
        Require.Program("tcpreplay", "tcpreplay");
        using var directory = new TemporaryDirectory();
        await using var namespaces = await Namespaces.RequireAsync(cancellationToken);
        var config = Path.Combine(directory.Path, "mailscan.yaml");
        await File.WriteAllTextAsync(config, "retention: { stray_after: 1s }\n", cancellationToken);
        await using var daemon = new DaemonProcess(directory.Path, Namespaces.Hub, namespaces.Router);
        daemon.Start(null, "--config", config);
        await daemon.WaitUntilRunningAsync(cancellationToken);
        var watch = new Watch(directory.Path);
        var random = new Random(4711);
        List<JsonElement> rows = [];
        for (var life = 0; life <= Kills; life++)
        {
            var at = directory.Sub($"zeek-{life}");
            await using var zeek = new LiveZeek(sensor, namespaces, at, daemon.Environment, Support.Zeek.Scripts, watch.Sensor);
            await zeek.ListensAsync(cancellationToken);
            await Eventually.TrueAsync(() => Watch.Rows(at) is [.., { Up: true }], "the bridge is up", cancellationToken);
            await using var replay = new ChildProcess(
                [.. Namespaces.Prefix(namespaces.Client), "tcpreplay", "-q", "-i", "eth0", "--unique-ip", "--pps=1000", "--loop=2", Support.Zeek.SampleTrace]);
            var files = random.Next(5, SampleMails.Files.Count);
            await Eventually.TrueAsync(() => Watch.Rows(at)[^1].Files >= files, "Zeek has seen files", cancellationToken);
            if (life < Kills)
            {
                await zeek.Process.KillAsync();
            }
            else
            {
                await replay.ExitAsync(cancellationToken);
                await Eventually.TrueAsync(() => Watch.Rows(at)[^1] is { Open: 0, Backlog: 0 }, "the last Zeek has its answers", cancellationToken);
                await Eventually.TrueAsync(() => !Directory.EnumerateFiles(Path.Combine(daemon.State, "store", "files")).Any(), "what the earlier ones asked is acknowledged", cancellationToken);
                await zeek.Process.StopAsync(cancellationToken);
            }

            rows.AddRange(Complete(at));
        }

        await Eventually.TrueAsync(() => Left(daemon).All(n => daemon.Output.Contains(n, StringComparison.Ordinal)), "each file that is left is named in the log", cancellationToken);
        await daemon.StopAsync(cancellationToken);
        var verdicts = File.ReadLines(daemon.VerdictLog).Select(l => JsonSerializer.Deserialize<JsonElement>(l)).Select(Key).ToList();
        var told = rows.Where(r => r.Text("seqno") != "").Select(r => (Status: r.Text("status"), Key: Key(r))).ToList();
        var duplicates = SoakReport.CountDuplicates(daemon.VerdictLog);
        output.WriteLine(
            $"{Kills} kills, {verdicts.Count} requests, {verdicts.Count} answers, 0 unacknowledged, {duplicates} duplicates; {told.Count(t => t.Status == "orphan")} told to a later Zeek, " +
            $"{verdicts.Except(told.Select(t => t.Key)).Count()} whose row died with Zeek's log; {Left(daemon).Count} files left in the spool, all named");
        Assert.NotEmpty(verdicts);
        Assert.Equal(0, duplicates);
        Assert.Equal(verdicts.Count, verdicts.Distinct().Count());
        Assert.DoesNotContain(told.Where(t => t.Status == "first").GroupBy(t => t.Key), g => g.Count() > 1);
        Assert.DoesNotContain(rows, r => r.Text("reason") is Reasons.Custody or Reasons.GaveUp);
    }

    private static IReadOnlyList<string> Left(DaemonProcess daemon) => [.. Directory.EnumerateFiles(daemon.Spool).Select(f => Path.GetFileName(f)!)];

    private static (string, string) Key(JsonElement row) => (row.Text("incarnation"), row.Text("seqno"));

    /// <summary>The rows of a Zeek that may have been killed amid a line.</summary>
    private static IEnumerable<JsonElement> Complete(string at)
    {
        var log = Path.Combine(at, "mailscan.log");
        foreach (var line in File.Exists(log) ? File.ReadAllText(log).Split('\n')[..^1] : [])
        {
            yield return JsonSerializer.Deserialize<JsonElement>(line);
        }
    }
}
