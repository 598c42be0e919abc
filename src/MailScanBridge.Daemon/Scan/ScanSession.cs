using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.External;
using MailScanBridge.Verdicts;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Scan;

/// <summary>
/// Scans files as the daemon would: same unpacking, routes, scanners and verdicts, without Zeek, queue or store. Works in a
/// temporary directory that only its user may enter, and which is gone at the end. Safe for concurrent use.
/// </summary>
internal sealed class ScanSession : IDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly MailScanMetrics _metrics;
    private readonly FileScan _scan;
    private readonly TimeProvider _time;
    private int _number;

    private ScanSession(BridgeConfig config, DirectoryInfo directory, IReadOnlyList<FoundScanner> scanners, IReadOnlyList<IExternalUnpacker> outside, MailScanMetrics metrics, TimeProvider time)
    {
        _directory = directory;
        _metrics = metrics;
        Scanners = scanners;
        Router = new Router(config.Routes);
        _time = time;
        var present = scanners.Select(s => s.Scanner).OfType<IScanner>().ToDictionary(s => s.Name);
        _scan = new FileScan(new Unpacker(config.Unpacking, time, config.Passwords, outside), Router, new ScanRunner(present, _metrics, time, new ScanCache(config.Cache, _metrics, time), Absent(scanners)), config.Pipeline.ScanTimeout, time);
    }

    /// <summary>Every configured scanner, those too that are absent.</summary>
    public IReadOnlyList<FoundScanner> Scanners { get; }

    public Router Router { get; }

    /// <summary>Looks for the scanners.</summary>
    /// <exception cref="StartException">A scanner is there and cannot be used.</exception>
    public static async Task<ScanSession> OpenAsync(BridgeConfig config, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var metrics = new MailScanMetrics();
        var directory = Directory.CreateTempSubdirectory("mailscan-scan-"); // mode 0700
        try
        {
            var sandbox = new SandboxSearch(logger);
            var lists = await UrlLists.OpenAsync(config.Urls, sandbox, time, logger, cancellationToken);
            var factory = new ScannerFactory(Path.Combine(directory.FullName, "rules"), lists.Lookup, sandbox, time, logger);
            var outside = await UnpackerSearch.FindAsync(config.External, sandbox, metrics, logger, cancellationToken);
            return new ScanSession(config, directory, await factory.ProbeAsync(config.Scanners, cancellationToken), outside, metrics, time);
        }
        catch (Exception e)
        {
            metrics.Dispose();
            directory.Delete(recursive: true);
            if (e is FormatException or IOException or UnauthorizedAccessException)
            {
                throw new StartException(e.Message, e);
            }

            throw;
        }
    }

    /// <summary>Scans targets, several at a time, and gives the results in their order.</summary>
    public async IAsyncEnumerable<ScannedTarget> ScanAsync(IEnumerable<ScanTarget> targets, ScanOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var free = new SemaphoreSlim(options.Jobs);
        var running = Channel.CreateBounded<Task<ScannedTarget>>(4 * options.Jobs); // so that one slow file holds up no other
        var feeding = FeedAsync();
        try
        {
            await foreach (var scan in running.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return await scan;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            await stop.CancelAsync();
            await feeding;
            while (running.Reader.TryRead(out var left))
            {
                // Ended before the directory under it goes; of its result nobody asks any more.
                await left.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        async Task FeedAsync()
        {
            foreach (var target in targets)
            {
                try
                {
                    await free.WaitAsync(stop.Token);
                    await running.Writer.WaitToWriteAsync(stop.Token);
                }
                catch (OperationCanceledException)
                {
                    break;
                }

                await running.Writer.WriteAsync(Task.Run(() => ScanNextAsync(target), CancellationToken.None), CancellationToken.None);
            }

            running.Writer.Complete();
        }

        async Task<ScannedTarget> ScanNextAsync(ScanTarget target)
        {
            try
            {
                return await ScanAsync(target, options, stop.Token);
            }
            finally
            {
                free.Release();
            }
        }
    }

    /// <summary>Scans one target. What keeps it from being read is a verdict of its own: <c>error: custody</c>.</summary>
    public async Task<ScannedTarget> ScanAsync(ScanTarget target, ScanOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var number = Interlocked.Increment(ref _number);
        var received = _time.GetUtcNow();
        var started = _time.GetTimestamp();
        var shown = target.Path == ScanTargets.StandardInput ? "stdin" : target.Path;
        var request = LocalRequest.Of(shown, number, 0, received);
        if (target.IsLink)
        {
            return new ScannedTarget(target, request, null, []);
        }

        var explanation = new List<ExplainedItem>();
        return new ScannedTarget(target, request, await VerdictAsync(), explanation);

        async Task<Verdict> VerdictAsync()
        {
            if (target.Problem is not null)
            {
                return Without(VerdictKind.Error, Reasons.Custody, target.Problem);
            }

            var copy = Path.Combine(_directory.FullName, $"{number}.sample");
            try
            {
                if (await Sample.CopyAsync(target.Path, copy, options.MaxSize, cancellationToken) is not { } size)
                {
                    return Without(VerdictKind.Unscanned, Reasons.TooLarge, $"more than {options.MaxSize} bytes (--max-size)");
                }

                request = LocalRequest.Of(shown, number, size, received);
                return await _scan.RunAsync(
                    request, copy, NameOf(target), Path.Combine(_directory.FullName, $"{number}.work"), () => _time.GetElapsedTime(started), 0, cancellationToken,
                    look: options.Explain ? (unpacked, reports) => explanation.AddRange(Explanation.Of(unpacked, reports)) : null);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One file must not end the run: not even by a fault of ours.
                return e is not (IOException or UnauthorizedAccessException) ? Without(VerdictKind.Error, Reasons.GaveUp, $"{e.GetType().Name}: {e.Message}") : Without(VerdictKind.Error, Reasons.Custody, e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message);
            }
            finally
            {
                File.Delete(copy);
            }
        }

        Verdict Without(VerdictKind kind, string reason, string problem) =>
            Verdict.Without(kind, reason, Printable.Text(problem, 500), _time.GetElapsedTime(started), 0);
    }

    /// <summary>What a file is, without unpacking it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public async Task<(ScanItem Item, string How)> ExamineAsync(ScanTarget target, ScanOptions options, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(_directory.FullName, "sample");
        if (target.Problem is not null)
        {
            throw new IOException(target.Problem);
        }

        _ = await Sample.CopyAsync(target.Path, copy, options.MaxSize, cancellationToken) ?? throw new IOException($"more than {options.MaxSize} bytes (--max-size)");
        var item = Unpacker.Examine(copy, NameOf(target), declaredType: null);
        return (item, Explanation.How(item));
    }

    private static Dictionary<string, string> Absent(IReadOnlyList<FoundScanner> scanners) =>
        scanners.Where(s => s.Scanner is null).ToDictionary(s => s.Name, s => s.Absent!);

    private static string? NameOf(ScanTarget target) =>
        target.Path == ScanTargets.StandardInput ? null : Path.GetFileName(Path.TrimEndingDirectorySeparator(target.Path));

    public void Dispose()
    {
        _metrics.Dispose();
        _directory.Delete(recursive: true);
    }
}
