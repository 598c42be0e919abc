using System.Text.Json;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Zeek;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace MailScanBridge.Daemon.Demo;

/// <summary>
/// Runs the whole loop in a temporary directory: the hub on free loopback ports, the daemon's own pipeline, and a sensor that
/// pushes the sample mails. Ends with 0 when every file got its answer and the ledger balances.
/// </summary>
internal static class DemoRun
{
    private static string Bundled(params ReadOnlySpan<string> path) => Path.Combine([AppContext.BaseDirectory, .. path]);

    public static async Task<int> RunAsync(string? mails, bool standIn, CancellationToken cancellationToken)
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 180;
        }

        var directory = Directory.CreateTempSubdirectory("mailscan-demo-");
        try
        {
            var spool = directory.CreateSubdirectory("spool").FullName;
            var config = Configuration(spool, directory.FullName);
            using var loggers = LoggerFactory.Create(log => log.SetMinimumLevel(LogLevel.Error).AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace));
            await using var bridge = await Bridge.OpenAsync(config, TimeProvider.System, loggers, cancellationToken);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var running = bridge.RunAsync(stop.Token);
            console.MarkupLineInterpolated($"mailscan-bridge {ProductVersion.Text}, hub on {bridge.HubXPub} and {bridge.HubXSub}");
            foreach (var scanner in bridge.Scanners)
            {
                console.MarkupLineInterpolated(scanner.Scanner is { } there ? (FormattableString)$"  scanner {scanner.Name} {there.Version}" : $"  scanner {scanner.Name} is absent: {scanner.Absent}");
            }

            var (zeek, why) = standIn ? (null, "not asked for") : await ZeekSensor.FindAsync(cancellationToken);
            var good = zeek is not null && mails is null
                ? await WithZeekAsync(console, zeek, bridge, config, directory, cancellationToken)
                : await WithStandInAsync(console, why, bridge, config, mails ?? Bundled("samples", "mail"), cancellationToken);
            await stop.CancelAsync();
            await running;
            return good ? 0 : 1;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static BridgeConfig Configuration(string spool, string state)
    {
        var settings = new Dictionary<string, string>
        {
            ["MAILSCAN_SPOOL"] = spool,
            ["MAILSCAN_STATE"] = state,
            ["MAILSCAN_HUB_XPUB"] = "tcp://127.0.0.1:0",
            ["MAILSCAN_HUB_XSUB"] = "tcp://127.0.0.1:0",
            ["MAILSCAN_BRIDGE"] = "demo",
        };
        return ConfigLoader.Load(null, settings.GetValueOrDefault);
    }

    private static async Task<bool> WithStandInAsync(IAnsiConsole console, string why, Bridge bridge, BridgeConfig config, string mails, CancellationToken cancellationToken)
    {
        var paths = Directory.GetFiles(mails, "*.eml").Order(StringComparer.Ordinal).ToList();
        if (paths.Count == 0)
        {
            throw new StartException($"There are no .eml files in {mails}.");
        }

        console.MarkupLineInterpolated($"sensor: the stand-in, which reads the mails and speaks Zeek's part ({why})");
        console.WriteLine();
        var files = paths.SelectMany(p => MailFiles.Of(Path.GetFileName(p), File.ReadAllBytes(p))).ToList();
        var table = new DemoTable(console);
        var ledger = new DemoLedger();
        table.Header();
        await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = bridge.HubXPub, HubXSub = bridge.HubXSub, NodeName = "stand-in" });
        var sensor = new StandInSensor(new StandInOptions { Spool = config.Custody.Spool, Bridge = config.Pipeline.Bridge }, client, TimeProvider.System);
        await sensor.RunAsync(
            files,
            row =>
            {
                table.Row(row);
                ledger.Add(row.Verdict, row.Reason);
            },
            cancellationToken);
        console.WriteLine();
        Console.WriteLine(ledger.Line(files.Count));
        return ledger.Rows == files.Count;
    }

    private static async Task<bool> WithZeekAsync(IAnsiConsole console, ZeekSensor zeek, Bridge bridge, BridgeConfig config, DirectoryInfo directory, CancellationToken cancellationToken)
    {
        console.MarkupLineInterpolated($"sensor: Zeek {zeek.Version} ({zeek.Program}), reading the sample mails from a trace");
        console.WriteLine();
        var logs = directory.CreateSubdirectory("logs").FullName;
        var table = new DemoTable(console);
        table.Header();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = bridge.HubXPub, HubXSub = bridge.HubXSub, NodeName = "demo" });
        client.Subscribe("mailscan.reply.");
        await client.StartAsync(cancellationToken);
        var watching = WatchAsync(client, table, stop.Token);
        var (exitCode, errors) = await zeek.ReadTraceAsync(
            Bundled("samples", "mail", "all.pcap"),
            Bundled("zeek", "mailscan-bridge"),
            logs,
            new Dictionary<string, string?>
            {
                ["MAILSCAN_SPOOL"] = config.Custody.Spool,
                ["MAILSCAN_BRIDGE"] = config.Pipeline.Bridge,
                ["MAILSCAN_HUB_XPUB"] = bridge.HubXPub,
                ["MAILSCAN_HUB_XSUB"] = bridge.HubXSub,
            },
            cancellationToken);
        await stop.CancelAsync();
        await watching;
        console.WriteLine();
        console.MarkupLine("[bold]notice.log[/]");
        foreach (var notice in ZeekSensor.ReadLog(Path.Combine(logs, "notice.log")))
        {
            // Whole, however long: a notice is to be read, and perhaps copied.
            Console.WriteLine($"{Field(notice, "note")}  {Field(notice, "uid")}  {Field(notice, "id.orig_h")} -> {Field(notice, "id.resp_h")}  {Field(notice, "msg")}");
        }

        var ledger = new DemoLedger();
        var rows = ZeekSensor.ReadLog(Path.Combine(logs, "mailscan.log")).Where(r => Field(r, "status") == "first").ToList();
        rows.ForEach(r => ledger.Add(Field(r, "verdict"), Field(r, "reason")));
        var asked = rows.Count == 0 ? 0 : (int)rows.Max(r => r.TryGetProperty("seqno", out var s) ? s.GetUInt64() : 0);
        console.WriteLine();
        Console.WriteLine(ledger.Line(asked));
        if (exitCode != 0 || rows.Count == 0)
        {
            Console.WriteLine($"Zeek ended with exit code {exitCode}: {errors}");
        }

        return exitCode == 0 && rows.Count > 0 && ledger.Rows == asked;
    }

    /// <summary>Prints verdicts as they pass the hub on their way to Zeek.</summary>
    private static async Task WatchAsync(ZeekClient client, DemoTable table, CancellationToken cancellationToken)
    {
        var seen = new HashSet<ulong>();
        try
        {
            await foreach (var message in client.ReadAllAsync(cancellationToken))
            {
                if (message.Event.Name == "MailScan::verdict" && message.Event.Args[0].AsVector() is var v && seen.Add(v[3].AsCount()))
                {
                    var name = v[28].IsNone ? v[18].AsString() : v[28].AsString();
                    var subject = v[32].IsNone ? "" : $"{v[32].AsString()}: ";
                    table.Row(new SensorRow(v[3].AsCount(), subject + name, v[18].AsString(), v[15].AsString(), v[5].AsString(), v[6].AsString(), v[7].AsString(), [], v[16].AsInterval()));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Zeek has ended: nothing more will come.
        }
    }

    private static string Field(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.ToString() : "";
}
