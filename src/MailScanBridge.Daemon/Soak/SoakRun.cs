using System.Diagnostics;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Zeek;

namespace MailScanBridge.Daemon.Soak;

/// <summary>Drives a daemon of its own with the stand-in sensor, does it and those around it harm, and reports what became of every request.</summary>
internal sealed class SoakRun(SoakOptions options, TextWriter output)
{
    private readonly List<Usage> _usages = [];
    private readonly Stopwatch _watch = new();

    public async Task<SoakReport> RunAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new StartException("soak reads /proc, which only Linux has.");
        }

        var directory = Directory.CreateTempSubdirectory("mailscan-soak-");
        try
        {
            using var yard = new SoakYard(directory.FullName, options.Harm, options.Seed);
            var daemon = yard.Daemon;
            var harm = new SoakHarm(options, yard.Parties);
            await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = yard.HubXPub, HubXSub = yard.HubXSub, NodeName = "stand-in" });
            var rows = new List<SensorRow>();
            var most = options.Files > 0 ? options.Files : (int)Math.Min(int.MaxValue, options.Rate * options.For.TotalSeconds);
            var sensor = new StandInSensor(
                new StandInOptions { Spool = daemon.Spool, Bridge = SoakDaemon.Bridge, StartWait = TimeSpan.FromSeconds(60), EndWait = options.EndWait, Rate = options.Rate, SendFor = options.For },
                client, TimeProvider.System);
            yard.Start();
            _watch.Start();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watching = WatchAsync(daemon, stop.Token);
            var asking = sensor.RunAsync(SoakFiles.Make(options.Seed, options.OneBadIn).TakeWhile((_, number) => number < most || (options.Faults > 0 && !harm.IsDone && number <= (int)sensor.Asked + 1)), rows.Add, cancellationToken);
            while (sensor.Asked == 0 && !asking.IsCompleted)
            {
                await Task.WhenAny(asking, Task.Delay(20, cancellationToken)); // Harm is done to what works.
            }

            await harm.RunAsync(() => !sensor.HasAskedAll, asking, party => Forget(party == daemon), cancellationToken);
            await asking;
            var files = await LeftAsync(() => daemon.FilesLeft, cancellationToken);
            var processes = await StayedAsync(() => yard.Processes, cancellationToken);
            Measure(daemon); // At least once, also where its last life was shorter than the time between two looks.
            await stop.CancelAsync();
            await watching;
            await daemon.SignalAsync("TERM", cancellationToken);
            await daemon.WaitForExitAsync(cancellationToken);
            var report = new SoakReport
            {
                Requests = (int)sensor.Asked,
                Rows = rows,
                Duplicates = SoakReport.CountDuplicates(Path.Combine(daemon.State, "verdicts.json")),
                Repeats = sensor.Repeats,
                Faults = harm.Count,
                FaultsText = harm.Text,
                ToolsAreHarmed = yard.HasTools,
                Sending = sensor.SendingTook,
                Usages = [.. _usages.Skip(_usages.Count / 2)],
                FilesLeft = files,
                ProcessesLeft = processes + (yard.Tool is { } tool ? await StayedAsync(() => tool.Processes, cancellationToken) : 0),
            };
            await output.WriteLineAsync(report.ToString());
            if (!report.IsGood)
            {
                await output.WriteLineAsync(yard.LastLines());
            }

            return report;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>What is measured is the daemon's last life.</summary>
    private void Forget(bool isNew)
    {
        if (isNew && options.Fault == "kill")
        {
            lock (_usages)
            {
                _usages.Clear();
            }
        }
    }

    private void Measure(SoakDaemon daemon)
    {
        if (!daemon.HasExited && ProcessWatch.Read(daemon.ProcessId, _watch.Elapsed.TotalSeconds) is { } usage)
        {
            lock (_usages)
            {
                _usages.Add(usage);
            }
        }
    }

    private async Task WatchAsync(SoakDaemon daemon, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Sample);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Measure(daemon);
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    /// <summary>Processes that do not end. A daemon looks for absent scanners all the time: those that come and go are none of them.</summary>
    private static async Task<int> StayedAsync(Func<IReadOnlyList<int>> look, CancellationToken cancellationToken)
    {
        var stayed = look().ToHashSet();
        return await LeftAsync(
            () =>
            {
                stayed.IntersectWith(look());
                return stayed.Count;
            },
            cancellationToken);
    }

    /// <summary>Files leave the store after their acknowledgement, and tools their process, so a little later.</summary>
    private static async Task<int> LeftAsync(Func<int> count, CancellationToken cancellationToken)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            var left = count();
            if (left == 0 || deadline.Elapsed > TimeSpan.FromSeconds(30))
            {
                return left;
            }

            await Task.Delay(100, cancellationToken);
        }
    }
}
