using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Zeek;

namespace MailScanBridge.Daemon.Soak;

/// <summary>Drives a daemon of its own with the stand-in sensor, does it harm, and reports what became of every request.</summary>
internal sealed class SoakRun(SoakOptions options, TextWriter output)
{
    private readonly List<Usage> _usages = [];
    private readonly Stopwatch _watch = new();
    private int _faults;

    public async Task<SoakReport> RunAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new StartException("soak reads /proc, which only Linux has.");
        }

        var directory = Directory.CreateTempSubdirectory("mailscan-soak-");
        try
        {
            var (xpub, xsub) = FreePorts();
            using var daemon = new SoakDaemon(directory.FullName, xpub, xsub);
            await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = xpub, HubXSub = xsub, NodeName = "stand-in" });
            var rows = new List<SensorRow>();
            var most = options.Files > 0 ? options.Files : (int)Math.Min(int.MaxValue, options.Rate * options.For.TotalSeconds);
            var sensor = new StandInSensor(
                new StandInOptions { Spool = daemon.Spool, Bridge = SoakDaemon.Bridge, StartWait = TimeSpan.FromSeconds(60), EndWait = options.EndWait, Rate = options.Rate, SendFor = options.For },
                client, TimeProvider.System);
            daemon.Start();
            _watch.Start();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watching = WatchAsync(daemon, stop.Token);
            var asking = sensor.RunAsync(SoakFiles.Make(options.Seed).Take(most), rows.Add, cancellationToken);
            await HarmAsync(daemon, sensor, asking, cancellationToken);
            await asking;
            var left = await FilesLeftAsync(daemon, cancellationToken);
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
                Faults = _faults,
                Sending = sensor.SendingTook,
                Usages = [.. _usages.Skip(_usages.Count / 2)],
                FilesLeft = left,
            };
            await output.WriteLineAsync(report.ToString());
            if (!report.IsGood)
            {
                await output.WriteLineAsync(daemon.LastLines());
            }

            return report;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>A fault at random moments, until the last file was asked about.</summary>
    private async Task HarmAsync(SoakDaemon daemon, StandInSensor sensor, Task asking, CancellationToken cancellationToken)
    {
        var random = new Random(options.Seed);
        while (options.Fault != "none" && (options.Faults == 0 || _faults < options.Faults) && !asking.IsCompleted && !sensor.HasAskedAll)
        {
            await Task.WhenAny(asking, Task.Delay(options.Every * 2 * random.NextDouble(), cancellationToken));
            if (asking.IsCompleted)
            {
                return;
            }

            if (daemon.HasExited)
            {
                throw new StartException($"The daemon ended by itself:\n{daemon.LastLines()}");
            }

            _faults++;
            await daemon.SignalAsync(options.Fault == "kill" ? "KILL" : "STOP", cancellationToken);
            if (options.Fault == "kill")
            {
                await daemon.WaitForExitAsync(cancellationToken);
                lock (_usages)
                {
                    _usages.Clear();
                }

                daemon.Start();
            }
            else
            {
                await Task.Delay(options.StopFor, cancellationToken);
                await daemon.SignalAsync("CONT", cancellationToken);
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
                if (!daemon.HasExited && ProcessWatch.Read(daemon.ProcessId, _watch.Elapsed.TotalSeconds) is { } usage)
                {
                    lock (_usages)
                    {
                        _usages.Add(usage);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    /// <summary>Files leave the store after their acknowledgement, so a little later.</summary>
    private static async Task<int> FilesLeftAsync(SoakDaemon daemon, CancellationToken cancellationToken)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            var left = Directory.EnumerateFiles(daemon.Spool).Count() + Directory.EnumerateFiles(Path.Combine(daemon.State, "store", "files")).Count();
            if (left == 0 || deadline.Elapsed > TimeSpan.FromSeconds(30))
            {
                return left;
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private static (string, string) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return ($"tcp://{first.LocalEndpoint}", $"tcp://{second.LocalEndpoint}");
    }
}
