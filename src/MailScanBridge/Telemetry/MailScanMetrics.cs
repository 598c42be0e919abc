using System.Diagnostics.Metrics;
using MailScanBridge.Retention;
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
    private readonly Counter<long> _contextCutCounter;
    private readonly Counter<long> _routeUnknownCounter;
    private readonly Counter<long> _unknownCounter;
    private readonly Counter<long> _custodyCounter;
    private readonly Counter<long> _overloadCounter;
    private readonly Counter<long> _scannedLaterCounter;
    private readonly Counter<long> _levelCounter;
    private readonly Counter<long> _leftOutCounter;
    private readonly Counter<long> _rateLimitedCounter;
    private readonly Counter<long> _doneEarlyCounter;
    private readonly Counter<long> _missingCounter;
    private readonly Counter<long> _filledCounter;
    private readonly Counter<long> _journalFailedCounter;
    private readonly Histogram<int> _commitHistogram;
    private readonly Counter<long> _verdictsCounter;
    private readonly Counter<long> _resentCounter;
    private readonly Counter<long> _givenUpCounter;
    private readonly Counter<long> _ledgerFullCounter;
    private readonly Counter<long> _ackUnknownCounter;
    private readonly Counter<long> _quarantineKeptCounter;
    private readonly Counter<long> _quarantineRemovedCounter;
    private readonly Counter<long> _quarantineNotKeptCounter;
    private readonly Counter<long> _quarantineFailedCounter;
    private readonly Counter<long> _rejectedRemovedCounter;
    private readonly Gauge<long> _diskFreeGauge;
    private readonly Gauge<long> _diskLowGauge;
    private readonly Gauge<long> _spoolStraysGauge;
    private readonly Counter<long> _diskRefusedCounter;
    private readonly Counter<long> _byeIgnoredCounter;
    private readonly Histogram<double> _scanHistogram;
    private readonly Counter<long> _scannerRateCounter;
    private readonly Histogram<double> _urlHistogram;
    private readonly Counter<long> _urlExpiredCounter;
    private readonly Counter<long> _urlUnsentCounter;
    private readonly Counter<long> _urlRateCounter;
    private readonly Counter<long> _unpackerCounter;
    private readonly Counter<long> _partsComparedCounter;
    private readonly Counter<long> _partsDifferCounter;
    private readonly Counter<long> _partsLeftCounter;
    private readonly Counter<long> _partsForgottenCounter;
    private readonly Counter<long> _cacheHitCounter;
    private readonly Counter<long> _cacheMissCounter;
    private readonly Counter<long> _cacheJoinedCounter;
    private readonly Counter<long> _cacheEvictedCounter;

    public MailScanMetrics()
    {
        _requestsCounter = Meter.CreateCounter<long>("mailscan.requests", "{request}", "Requests accepted, repeats not counted");
        _repeatsCounter = Meter.CreateCounter<long>("mailscan.requests.repeated", "{request}", "Requests that came again");
        _malformedCounter = Meter.CreateCounter<long>("mailscan.intake.malformed", "{event}", "Events of ours with a wrong shape");
        _routeUnknownCounter = Meter.CreateCounter<long>("mailscan.intake.route_unknown", "{request}", "Requests that asked for a route that is none, or not on request; they were scanned by type");
        _contextCutCounter = Meter.CreateCounter<long>("mailscan.intake.context_cut", "{request}", "Requests of whose mail's headers some were cut, beyond queue.max_context");
        _unknownCounter = Meter.CreateCounter<long>("mailscan.intake.unknown", "{event}", "Events whose name is none of ours");
        _custodyCounter = Meter.CreateCounter<long>("mailscan.intake.custody_failed", "{request}", "Requests whose file could not be taken");
        _overloadCounter = Meter.CreateCounter<long>("mailscan.queue.overload", "{request}", "Requests answered without a scan because too many were waiting, by whether their file is kept for a later one");
        _scannedLaterCounter = Meter.CreateCounter<long>("mailscan.queue.scanned_later", "{request}", "Later scans of requests that had been answered with overload");
        _levelCounter = Meter.CreateCounter<long>("mailscan.overload.changes", "{change}", "Changes of the overload level, by the new level");
        _leftOutCounter = Meter.CreateCounter<long>("mailscan.overload.left_out", "{step}", "Optional steps left out because of the overload level");
        _doneEarlyCounter = Meter.CreateCounter<long>("mailscan.queue.done_early", "{request}", "Rows of finished requests removed before their time, beyond queue.max_done");
        _rateLimitedCounter = Meter.CreateCounter<long>("mailscan.overload.rate_limited", "{request}", "Requests answered without a scan because their node asked faster than overload.max_rate");
        _missingCounter = Meter.CreateCounter<long>("mailscan.ledger.missing", "{request}", "Requests found missing: a gap in a node's sequence numbers");
        _filledCounter = Meter.CreateCounter<long>("mailscan.ledger.filled", "{request}", "Of these, requests that arrived after all");
        _journalFailedCounter = Meter.CreateCounter<long>("mailscan.journal.failed", "{request}", "Requests that could not be put on the disk, and so were not accepted");
        _commitHistogram = Meter.CreateHistogram<int>("mailscan.journal.commit_size", "{change}", "Changes in one commit of the journal");
        _verdictsCounter = Meter.CreateCounter<long>("mailscan.verdicts", "{verdict}", "Verdicts by kind and reason");
        _givenUpCounter = Meter.CreateCounter<long>("mailscan.verdicts.given_up", "{verdict}", "Verdicts that nobody acknowledged, given up for their age (replies.give_up_after) or their number (replies.max_unacknowledged)");
        _ledgerFullCounter = Meter.CreateCounter<long>("mailscan.ledger.left_out", "{event}", "What was not counted because its node is new and the ledger is full (queue.max_nodes)");
        _resentCounter = Meter.CreateCounter<long>("mailscan.verdicts.resent", "{verdict}", "Verdicts sent again for want of an acknowledgement");
        _ackUnknownCounter = Meter.CreateCounter<long>("mailscan.acks.unknown", "{request}", "Acknowledgements of requests that the journal does not have");
        _quarantineKeptCounter = Meter.CreateCounter<long>("mailscan.quarantine.kept", "{file}", "Files quarantined; new is false for a content that was there already");
        _quarantineRemovedCounter = Meter.CreateCounter<long>("mailscan.quarantine.removed", "{file}", "Files that left the quarantine by themselves, by cause: age, bytes, space");
        _quarantineNotKeptCounter = Meter.CreateCounter<long>("mailscan.quarantine.not_kept", "{file}", "Files that should have been quarantined, and were not for want of room, by cause: size, space, behind");
        _quarantineFailedCounter = Meter.CreateCounter<long>("mailscan.quarantine.failed", "{try}", "Times that the quarantine's disk refused; the file stays in the store until a later try");
        _rejectedRemovedCounter = Meter.CreateCounter<long>("mailscan.rejected.removed", "{file}", "Files removed from those set aside, by cause");
        _diskFreeGauge = Meter.CreateGauge<long>("mailscan.disk.free", "By", "Bytes free, by file system: spool, state");
        _spoolStraysGauge = Meter.CreateGauge<long>("mailscan.spool.strays", "{file}", "Files in the spool that nobody has asked about for longer than retention.stray_after");
        _diskLowGauge = Meter.CreateGauge<long>("mailscan.disk.low", "{file system}", "1 while a file system has less free than its floor");
        _diskRefusedCounter = Meter.CreateCounter<long>("mailscan.disk.refused", "{request}", "Requests not accepted because the state's file system was below its floor");
        _byeIgnoredCounter = Meter.CreateCounter<long>("mailscan.byes.ignored", "{event}", "Good-byes of nodes that nobody knows, or beyond replies.max_gone");
        _scanHistogram = Meter.CreateHistogram<double>("mailscan.scanner.duration", "s", "Time of one scanner with one item");
        _scannerRateCounter = Meter.CreateCounter<long>("mailscan.scanner.rate_limited", "{step}", "Steps not run because their scanner, or they, had run too often (rate)");
        _urlHistogram = Meter.CreateHistogram<double>("mailscan.url.duration", "s", "Time of one lookup of a URL, its wait included, by verdict and reason");
        _urlExpiredCounter = Meter.CreateCounter<long>("mailscan.url.expired", "{lookup}", "Lookups that waited past their worth, and were not made");
        _urlUnsentCounter = Meter.CreateCounter<long>("mailscan.url.unsent", "{lookup}", "Answers that could not be sent");
        _urlRateCounter = Meter.CreateCounter<long>("mailscan.url.rate_limited", "{lookup}", "Lookups that a command was not asked about, since it had been asked too often (rate), by command");
        _unpackerCounter = Meter.CreateCounter<long>("mailscan.unpacker.runs", "{run}", "Runs of the programs of unpacking.external, by program and outcome: ok, failed, stopped (a limit or the time), refused (not started)");
        _partsComparedCounter = Meter.CreateCounter<long>("mailscan.parts.compared", "{part}", "Parts that Zeek cut out of a mail, looked for among those found here");
        _partsDifferCounter = Meter.CreateCounter<long>("mailscan.parts.differ", "{part}", "Of these, parts that were not found");
        _partsLeftCounter = Meter.CreateCounter<long>("mailscan.parts.not_compared", "{part}", "Parts beyond parts.max_per_mail");
        _partsForgottenCounter = Meter.CreateCounter<long>("mailscan.parts.forgotten", "{mail}", "Mails whose parts were forgotten before they were compared, beyond parts.max_hashes");
        _cacheHitCounter = Meter.CreateCounter<long>("mailscan.cache.hit", "{answer}", "Steps answered by an earlier scan of the same content");
        _cacheMissCounter = Meter.CreateCounter<long>("mailscan.cache.miss", "{answer}", "Steps that had to scan");
        _cacheJoinedCounter = Meter.CreateCounter<long>("mailscan.cache.joined", "{answer}", "Steps answered by a scan that another item had begun");
        _cacheEvictedCounter = Meter.CreateCounter<long>("mailscan.cache.evicted", "{answer}", "Answers forgotten because too many were kept");
    }

    /// <summary>The meter of this pipeline alone, for a listener that must not hear another's.</summary>
    public Meter Meter { get; } = new(MeterName);

    public void Request() => _requestsCounter.Add(1);

    public void RequestRepeated() => _repeatsCounter.Add(1);

    public void ContextCut() => _contextCutCounter.Add(1);

    public void RouteUnknown() => _routeUnknownCounter.Add(1);

    public void Malformed() => _malformedCounter.Add(1);

    public void Unknown() => _unknownCounter.Add(1);

    public void CustodyFailed() => _custodyCounter.Add(1);

    /// <param name="later">Whether the file is kept for a later scan.</param>
    public void QueueOverload(bool later) => _overloadCounter.Add(1, new KeyValuePair<string, object?>("later", later));

    public void ScannedLater() => _scannedLaterCounter.Add(1);

    public void OverloadLevel(int level) => _levelCounter.Add(1, new KeyValuePair<string, object?>("level", level));

    public void LeftOut() => _leftOutCounter.Add(1);

    /// <summary>The row of a finished request was removed before its time, since there were too many.</summary>
    public void DoneEarly() => _doneEarlyCounter.Add(1);

    /// <summary>A request was answered without a scan, since its node asks too fast.</summary>
    public void RateLimited() => _rateLimitedCounter.Add(1);

    public void LedgerMissing(long requests) => _missingCounter.Add(requests);

    public void LedgerFilled() => _filledCounter.Add(1);

    public void JournalFailed() => _journalFailedCounter.Add(1);

    public void JournalCommit(int changes) => _commitHistogram.Record(changes);

    public void Verdict(VerdictKind kind, string reason) =>
        _verdictsCounter.Add(1, new KeyValuePair<string, object?>("verdict", Words.Of(kind)), new KeyValuePair<string, object?>("reason", reason));

    public void VerdictsGivenUp(int count, string cause) => _givenUpCounter.Add(count, new KeyValuePair<string, object?>("cause", cause));

    public void LedgerLeftOut() => _ledgerFullCounter.Add(1);

    public void VerdictResent() => _resentCounter.Add(1);

    public void AckUnknown() => _ackUnknownCounter.Add(1);

    public void QuarantineKept(bool isNew) => _quarantineKeptCounter.Add(1, new KeyValuePair<string, object?>("new", isNew));

    public void QuarantineRemoved(RemovalCause why) => _quarantineRemovedCounter.Add(1, Cause(why));

    public void QuarantineNotKept(string why) => _quarantineNotKeptCounter.Add(1, new KeyValuePair<string, object?>("cause", why));

    public void QuarantineFailed() => _quarantineFailedCounter.Add(1);

    public void RejectedRemoved(RemovalCause why) => _rejectedRemovedCounter.Add(1, Cause(why));

    public void Disk(string fileSystem, long free, bool low)
    {
        var tag = new KeyValuePair<string, object?>("file_system", fileSystem);
        _diskFreeGauge.Record(free, tag);
        _diskLowGauge.Record(low ? 1 : 0, tag);
    }

    public void SpoolStrays(int count) => _spoolStraysGauge.Record(count);

    public void DiskRefused() => _diskRefusedCounter.Add(1);

    public void ByeIgnored() => _byeIgnoredCounter.Add(1);

    public void Scanned(string scanner, ScanOutcome outcome, TimeSpan elapsed) =>
        _scanHistogram.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("scanner", scanner), new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void RateLimited(string scanner) => _scannerRateCounter.Add(1, new KeyValuePair<string, object?>("scanner", scanner));

    public void Url(VerdictKind kind, string reason, TimeSpan took) =>
        _urlHistogram.Record(took.TotalSeconds, new KeyValuePair<string, object?>("verdict", Words.Of(kind)), new KeyValuePair<string, object?>("reason", reason));

    public void UrlExpired() => _urlExpiredCounter.Add(1);

    public void UrlUnsent() => _urlUnsentCounter.Add(1);

    public void UrlRateLimited(string source) => _urlRateCounter.Add(1, new KeyValuePair<string, object?>("command", source));

    /// <param name="program">Of unpacking.external.</param>
    /// <param name="outcome">ok, failed, stopped or refused.</param>
    public void UnpackerRan(string program, string outcome) =>
        _unpackerCounter.Add(1, new KeyValuePair<string, object?>("program", program), new KeyValuePair<string, object?>("outcome", outcome));

    public void PartsCompared(int compared, int missing)
    {
        _partsComparedCounter.Add(compared);
        _partsDifferCounter.Add(missing);
    }

    public void PartNotCompared() => _partsLeftCounter.Add(1);

    public void PartsForgotten() => _partsForgottenCounter.Add(1);

    public void CacheHit() => _cacheHitCounter.Add(1);

    public void CacheMiss() => _cacheMissCounter.Add(1);

    public void CacheJoined() => _cacheJoinedCounter.Add(1);

    public void CacheEvicted() => _cacheEvictedCounter.Add(1);

    public void Dispose() => Meter.Dispose();

    private static KeyValuePair<string, object?> Cause(RemovalCause why) => new("cause", why.ToString().ToLowerInvariant());
}
