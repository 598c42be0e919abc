using System.Diagnostics.Metrics;
using MailScanBridge.Scanning;

namespace MailScanBridge.Telemetry;

/// <summary>Every count and time the pipeline measures, under the meter <see cref="MeterName"/>.</summary>
public static class MailScanMetrics
{
    /// <summary>Name to listen to.</summary>
    public const string MeterName = "MailScanBridge";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> RequestsCounter = Meter.CreateCounter<long>("mailscan.requests", "{request}", "Requests accepted, repeats not counted");
    private static readonly Counter<long> RepeatsCounter = Meter.CreateCounter<long>("mailscan.requests.repeated", "{request}", "Requests that came again");
    private static readonly Counter<long> MalformedCounter = Meter.CreateCounter<long>("mailscan.intake.malformed", "{event}", "Events of ours with a wrong shape");
    private static readonly Counter<long> UnknownCounter = Meter.CreateCounter<long>("mailscan.intake.unknown", "{event}", "Events whose name is none of ours");
    private static readonly Counter<long> CustodyCounter = Meter.CreateCounter<long>("mailscan.intake.custody_failed", "{request}", "Requests whose file could not be taken");
    private static readonly Counter<long> OverloadCounter = Meter.CreateCounter<long>("mailscan.queue.overload", "{request}", "Requests given up because too many were waiting");
    private static readonly Counter<long> JournalFailedCounter = Meter.CreateCounter<long>("mailscan.journal.failed", "{request}", "Requests that could not be put on the disk, and so were not accepted");
    private static readonly Histogram<int> CommitHistogram = Meter.CreateHistogram<int>("mailscan.journal.commit_size", "{change}", "Changes in one commit of the journal");
    private static readonly Counter<long> VerdictsCounter = Meter.CreateCounter<long>("mailscan.verdicts", "{verdict}", "Verdicts by kind and reason");
    private static readonly Counter<long> ResentCounter = Meter.CreateCounter<long>("mailscan.verdicts.resent", "{verdict}", "Verdicts sent again for want of an acknowledgement");
    private static readonly Counter<long> AckUnknownCounter = Meter.CreateCounter<long>("mailscan.acks.unknown", "{request}", "Acknowledgements of requests that the journal does not have");
    private static readonly Histogram<double> ScanHistogram = Meter.CreateHistogram<double>("mailscan.scanner.duration", "s", "Time of one scanner with one item");

    public static void Request() => RequestsCounter.Add(1);

    public static void RequestRepeated() => RepeatsCounter.Add(1);

    public static void Malformed() => MalformedCounter.Add(1);

    public static void Unknown() => UnknownCounter.Add(1);

    public static void CustodyFailed() => CustodyCounter.Add(1);

    public static void QueueOverload() => OverloadCounter.Add(1);

    public static void JournalFailed() => JournalFailedCounter.Add(1);

    public static void JournalCommit(int changes) => CommitHistogram.Record(changes);

    public static void Verdict(VerdictKind kind, string reason) =>
        VerdictsCounter.Add(1, new KeyValuePair<string, object?>("verdict", Words.Of(kind)), new KeyValuePair<string, object?>("reason", reason));

    public static void VerdictResent() => ResentCounter.Add(1);

    public static void AckUnknown() => AckUnknownCounter.Add(1);

    public static void Scanned(string scanner, ScanOutcome outcome, TimeSpan elapsed) =>
        ScanHistogram.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("scanner", scanner), new KeyValuePair<string, object?>("outcome", outcome.ToString()));
}
