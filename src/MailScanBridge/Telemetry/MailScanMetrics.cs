using System.Diagnostics.Metrics;
using MailScanBridge.Scanning;

namespace MailScanBridge.Telemetry;

/// <summary>Every count and time a pipeline measures, under a meter of its own by the name <see cref="MeterName"/>. Safe for concurrent use.</summary>
public sealed class MailScanMetrics : IDisposable
{
    /// <summary>Name to listen to.</summary>
    public const string MeterName = "MailScanBridge";

    private readonly Counter<long> _requestsCounter;
    private readonly Counter<long> _repeatsCounter;
    private readonly Counter<long> _malformedCounter;
    private readonly Counter<long> _unknownCounter;
    private readonly Counter<long> _custodyCounter;
    private readonly Counter<long> _overloadCounter;
    private readonly Counter<long> _journalFailedCounter;
    private readonly Histogram<int> _commitHistogram;
    private readonly Counter<long> _verdictsCounter;
    private readonly Counter<long> _resentCounter;
    private readonly Counter<long> _ackUnknownCounter;
    private readonly Histogram<double> _scanHistogram;
    private readonly Histogram<double> _urlHistogram;
    private readonly Counter<long> _urlExpiredCounter;
    private readonly Counter<long> _urlUnsentCounter;

    public MailScanMetrics()
    {
        _requestsCounter = Meter.CreateCounter<long>("mailscan.requests", "{request}", "Requests accepted, repeats not counted");
        _repeatsCounter = Meter.CreateCounter<long>("mailscan.requests.repeated", "{request}", "Requests that came again");
        _malformedCounter = Meter.CreateCounter<long>("mailscan.intake.malformed", "{event}", "Events of ours with a wrong shape");
        _unknownCounter = Meter.CreateCounter<long>("mailscan.intake.unknown", "{event}", "Events whose name is none of ours");
        _custodyCounter = Meter.CreateCounter<long>("mailscan.intake.custody_failed", "{request}", "Requests whose file could not be taken");
        _overloadCounter = Meter.CreateCounter<long>("mailscan.queue.overload", "{request}", "Requests given up because too many were waiting");
        _journalFailedCounter = Meter.CreateCounter<long>("mailscan.journal.failed", "{request}", "Requests that could not be put on the disk, and so were not accepted");
        _commitHistogram = Meter.CreateHistogram<int>("mailscan.journal.commit_size", "{change}", "Changes in one commit of the journal");
        _verdictsCounter = Meter.CreateCounter<long>("mailscan.verdicts", "{verdict}", "Verdicts by kind and reason");
        _resentCounter = Meter.CreateCounter<long>("mailscan.verdicts.resent", "{verdict}", "Verdicts sent again for want of an acknowledgement");
        _ackUnknownCounter = Meter.CreateCounter<long>("mailscan.acks.unknown", "{request}", "Acknowledgements of requests that the journal does not have");
        _scanHistogram = Meter.CreateHistogram<double>("mailscan.scanner.duration", "s", "Time of one scanner with one item");
        _urlHistogram = Meter.CreateHistogram<double>("mailscan.url.duration", "s", "Time of one lookup of a URL, its wait included, by verdict and reason");
        _urlExpiredCounter = Meter.CreateCounter<long>("mailscan.url.expired", "{lookup}", "Lookups that waited past their worth, and were not made");
        _urlUnsentCounter = Meter.CreateCounter<long>("mailscan.url.unsent", "{lookup}", "Answers that could not be sent");
    }

    /// <summary>The meter of this pipeline alone, for a listener that must not hear another's.</summary>
    public Meter Meter { get; } = new(MeterName);

    public void Request() => _requestsCounter.Add(1);

    public void RequestRepeated() => _repeatsCounter.Add(1);

    public void Malformed() => _malformedCounter.Add(1);

    public void Unknown() => _unknownCounter.Add(1);

    public void CustodyFailed() => _custodyCounter.Add(1);

    public void QueueOverload() => _overloadCounter.Add(1);

    public void JournalFailed() => _journalFailedCounter.Add(1);

    public void JournalCommit(int changes) => _commitHistogram.Record(changes);

    public void Verdict(VerdictKind kind, string reason) =>
        _verdictsCounter.Add(1, new KeyValuePair<string, object?>("verdict", Words.Of(kind)), new KeyValuePair<string, object?>("reason", reason));

    public void VerdictResent() => _resentCounter.Add(1);

    public void AckUnknown() => _ackUnknownCounter.Add(1);

    public void Scanned(string scanner, ScanOutcome outcome, TimeSpan elapsed) =>
        _scanHistogram.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("scanner", scanner), new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Url(VerdictKind kind, string reason, TimeSpan took) =>
        _urlHistogram.Record(took.TotalSeconds, new KeyValuePair<string, object?>("verdict", Words.Of(kind)), new KeyValuePair<string, object?>("reason", reason));

    public void UrlExpired() => _urlExpiredCounter.Add(1);

    public void UrlUnsent() => _urlUnsentCounter.Add(1);

    public void Dispose() => Meter.Dispose();
}
