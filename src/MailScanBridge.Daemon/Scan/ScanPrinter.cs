using System.Buffers;
using System.Globalization;
using System.Text;
using MailScanBridge.Daemon.Hosting;
using MailScanBridge.Routing;
using MailScanBridge.Scanning;
using MailScanBridge.Verdicts;

namespace MailScanBridge.Daemon.Scan;

/// <summary>Prints results and counts them. Names are escaped: a file's name is as hostile as its content.</summary>
internal sealed class ScanPrinter(TextWriter output, ScanOptions options, Router router, IReadOnlyList<FoundScanner> scanners, TimeProvider time)
{
    // Longer than any path: what a line is about is never cut.
    private const int PathLimit = 8192;
    private readonly long _started = time.GetTimestamp();
    private readonly SortedDictionary<VerdictKind, int> _counts = [];
    private readonly ArrayBufferWriter<byte> _line = new();
    private long _bytes;
    private int _links;

    /// <summary>Results printed; links are not counted.</summary>
    public int Done => _counts.Values.Sum();

    /// <summary>As clamscan's: 0 all clean, 1 something malicious or suspicious, 2 something was not scanned. Bad outranks not scanned.</summary>
    public int ExitCode => Count(VerdictKind.Malicious) + Count(VerdictKind.Suspicious) > 0 ? 1
        : Count(VerdictKind.Error) + Count(VerdictKind.Unscanned) > 0 ? 2 : 0;

    public void Print(ScannedTarget scanned)
    {
        if (scanned.Verdict is not { } verdict)
        {
            _links++;
            if (!options.Json)
            {
                output.WriteLine($"{Path(scanned)}: symbolic link, not followed");
            }

            return;
        }

        _counts[verdict.Kind] = Count(verdict.Kind) + 1;
        _bytes += verdict.Size;
        if (options.Json)
        {
            _line.ResetWrittenCount();
            VerdictJson.WriteLine(_line, scanned.Request, verdict, time.GetUtcNow(), options.Explain ? json => Explanation.Write(json, scanned.Explanation, router, scanners) : null);
            output.Write(Encoding.UTF8.GetString(_line.WrittenSpan));
            return;
        }

        var why = verdict.Kind is VerdictKind.Error or VerdictKind.Unscanned && !verdict.Detail.StartsWith(verdict.Reason, StringComparison.Ordinal)
            ? $"{verdict.Reason}: {verdict.Detail}"
            : verdict.Detail;
        output.WriteLine($"{Path(scanned)}: {Words.Of(verdict.Kind)}{(why.Length > 0 ? $", {why}" : "")}");
        foreach (var line in scanned.Explanation.SelectMany(e => Explanation.Lines(e, router, scanners)))
        {
            output.WriteLine(line);
        }
    }

    /// <summary>Counts, time, and which tools there were.</summary>
    /// <param name="target">Standard output, or standard error where the other is JSON.</param>
    /// <param name="interrupted">True where not all was done.</param>
    public void Summary(TextWriter target, bool interrupted)
    {
        var kinds = _counts.Reverse().Select(c => $"{c.Value} {Words.Of(c.Key)}");
        var elapsed = time.GetElapsedTime(_started);
        target.WriteLine();
        target.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(interrupted ? "interrupted after " : "")}{Done} {(Done == 1 ? "file" : "files")}: {(Done == 0 ? "none" : string.Join(", ", kinds))}; {_bytes / 1048576.0:0.0} MiB in {elapsed.TotalSeconds:0.0} s{(_links > 0 ? $"; {_links} symbolic {(_links == 1 ? "link" : "links")} not followed" : "")}"));
        target.WriteLine($"scanners: {Names(s => s.Scanner is not null, s => $"{s.Name} {s.Scanner!.Version}".TrimEnd())}");
        if (scanners.Any(IsAbsent))
        {
            target.WriteLine($"absent: {Names(IsAbsent, s => $"{s.Name} ({Printable.Text(s.Absent)})")}");
        }

        if (scanners.Any(IsOff))
        {
            target.WriteLine($"switched off: {Names(IsOff, s => s.Name)}");
        }
    }

    private static bool IsOff(FoundScanner scanner) => scanner.Absent == ScanRunner.SwitchedOff;

    private static bool IsAbsent(FoundScanner scanner) => scanner.Scanner is null && !IsOff(scanner);

    private static string Path(ScannedTarget scanned) => Printable.Text(scanned.Request.Filename, PathLimit);

    private string Names(Func<FoundScanner, bool> which, Func<FoundScanner, string> name) => string.Join(", ", scanners.Where(which).Select(name).DefaultIfEmpty("none"));

    private int Count(VerdictKind kind) => _counts.GetValueOrDefault(kind);
}
