using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Scanning.Hashes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace MailScanBridge.Daemon.Scan;

/// <summary>The commands <c>scan</c> and <c>explain</c>, from the parsed command line to the exit code.</summary>
internal static class ScanRun
{
    /// <summary>Scans everything that is asked about. The exit code is <see cref="ScanPrinter.ExitCode"/>; 2 where it was interrupted and nothing bad was found.</summary>
    public static async Task<int> RunAsync(BridgeConfig config, ScanOptions options, TextWriter output, TextWriter errors, bool terminal, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        using var loggers = Warnings();
        using var session = await ScanSession.OpenAsync(config, time, loggers.CreateLogger("MailScanBridge.Scanners"), cancellationToken);
        foreach (var malformed in session.Scanners.Select(s => s.Scanner).OfType<HashListScanner>().SelectMany(l => l.Malformed))
        {
            await errors.WriteLineAsync($"mailscan-bridge: {malformed} The line is left out.");
        }

        var printer = new ScanPrinter(output, options, session.Router, session.Scanners, time);
        var interrupted = false;
        ProgressLine? progress = null;
        try
        {
            var targets = ScanTargets.List(options.Targets, cancellationToken).ToList();
            progress = new ProgressLine(errors, terminal, targets.Count(t => !t.IsLink), time);
            await foreach (var scanned in session.ScanAsync(targets, options, cancellationToken))
            {
                progress.Clear();
                printer.Print(scanned);
                progress.Show(printer.Done);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            interrupted = true;
        }

        progress?.Clear();
        printer.Summary(options.Json ? errors : output, interrupted);
        await output.FlushAsync(CancellationToken.None);
        return interrupted && printer.ExitCode == 0 ? 2 : printer.ExitCode;
    }

    /// <summary>Prints a file's type, route and plan, without unpacking or scanning it. 0, or 2 where it cannot be read.</summary>
    public static async Task<int> PlanAsync(BridgeConfig config, ScanOptions options, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        using var loggers = Warnings();
        using var session = await ScanSession.OpenAsync(config, TimeProvider.System, loggers.CreateLogger("MailScanBridge.Scanners"), cancellationToken);
        var target = options.Targets.Single();
        try
        {
            var (item, how) = await session.ExamineAsync(new ScanTarget(target), options, cancellationToken);
            foreach (var line in Explanation.PlanLines(item, how, session.Router.Plan(item), session.Scanners))
            {
                await output.WriteLineAsync(line);
            }

            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"mailscan-bridge: {Printable.Text(target, 8192)}: {Printable.Text(e.Message, 500)}");
            return 2;
        }
    }

    /// <summary>What is wrong with a scanner goes to standard error, away from the results.</summary>
    private static ILoggerFactory Warnings() =>
        LoggerFactory.Create(log => log.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(o => o.SingleLine = true).Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace));
}
