using MailScanBridge.Intake;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;

namespace MailScanBridge;

/// <summary>
/// One file through Unpacking, Routing, Scanning and Verdicts: the same for the daemon, its self-test and the command line.
/// Safe for concurrent use.
/// </summary>
internal sealed class FileScan(Unpacker unpacker, Router router, ScanRunner runner, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Scans. The file is only read.</summary>
    /// <param name="request">What was said of the file; compared with what is scanned.</param>
    /// <param name="path">The file, under a path that the daemon chose.</param>
    /// <param name="name">The name it was declared under, or null. Hostile.</param>
    /// <param name="work">A directory, made with the first part that is unpacked; gone afterwards.</param>
    /// <param name="waited">How long ago the request came: the verdict tells how long it took.</param>
    /// <param name="epoch">Of this daemon.</param>
    /// <param name="cancellationToken">Ends the work without a verdict.</param>
    /// <param name="leaveOut">Why optional steps are left out; null where they are run.</param>
    /// <param name="parts">Compares what was unpacked with what Zeek cut, while it is on the disk; null for nobody.</param>
    /// <param name="look">Shown what was done while the parts are still on the disk; null for nobody.</param>
    /// <exception cref="WorkDirectoryException">A part could not be written.</exception>
    /// <exception cref="IOException">The file could not be read, or the directory not made.</exception>
    public async Task<Verdict> RunAsync(
        FileRequest request, string path, string? name, string work, Func<TimeSpan> waited, ulong epoch, CancellationToken cancellationToken, string? leaveOut = null,
        Func<UnpackResult, CancellationToken, PartCheck?>? parts = null, Action<UnpackResult, IReadOnlyList<ScanReport>>? look = null)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var unpacked = unpacker.Unpack(path, name, DeclaredType(request), work, both.Token);
            FaultPoints.Pass(FaultPoints.MidScan);
            var reports = new List<ScanReport>();
            foreach (var item in unpacked.Items.DistinctBy(VerdictMaker.ScanKey))
            {
                reports.Add(await runner.RunAsync(router.Plan(item, request.Route), limit.Token, cancellationToken, leaveOut));
            }

            var check = parts?.Invoke(unpacked, both.Token);
            look?.Invoke(unpacked, reports);
            return VerdictMaker.Make(request, unpacked, reports, waited(), epoch, check);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Verdict.Without(VerdictKind.Unscanned, Reasons.Timeout, $"not done within {timeout.TotalSeconds:0.#} s (scan.timeout)", waited(), epoch);
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    /// <summary>A whole mail is a mail whatever is declared; a part is what its header says.</summary>
    public static string? DeclaredType(FileRequest file) =>
        file.Kind == "message" ? ContentTypes.Mail : Printable.Decode(file.DeclaredType)?.Split(';')[0].Trim().ToLowerInvariant();
}
