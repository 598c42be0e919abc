using System.Text;
using MailScanBridge.Intake;
using MailScanBridge.Scanning;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;

namespace MailScanBridge.Daemon.Scan;

/// <summary>A target and what came of it.</summary>
/// <param name="Target">What was asked about.</param>
/// <param name="Request">As the verdict log writes it.</param>
/// <param name="Verdict">Null only for a link that was not followed.</param>
/// <param name="Explanation">Filled where asked for.</param>
internal sealed record ScannedTarget(ScanTarget Target, FileRequest Request, Verdict? Verdict, IReadOnlyList<ExplainedItem> Explanation);

/// <summary>One part of a file, as long as it is on the disk, in words.</summary>
/// <param name="Item">The part.</param>
/// <param name="How">By what its type was found.</param>
/// <param name="Report">What was done with it.</param>
internal sealed record ExplainedItem(ScanItem Item, string How, ScanReport Report);

/// <summary>Makes what the rooms want to see of a file that no Zeek told about.</summary>
internal static class LocalRequest
{
    public static FileRequest Of(string path, int number, long size, DateTimeOffset now) => new()
    {
        Proto = EventDecoder.Proto,
        Node = "scan",
        Incarnation = 0,
        Seqno = (ulong)number,
        Attempt = 1,
        Ts = now,
        Sent = now,
        Path = "",
        Kind = "file",
        Source = "SCAN",
        Fuid = "",
        Filename = Encoding.UTF8.GetBytes(path),
        SeenBytes = (ulong)size,
        MissingBytes = 0,
        OverflowBytes = 0,
        Cutoff = false,
        TimedOut = false,
        Complete = true,
    };
}
