using MailScanBridge.Retention;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Telemetry;

/// <summary>
/// Every line the pipeline logs. Ids are grouped by room: 1000 Intake, 2000 Queue, 3000 Unpacking, 4000 Routing, 5000 Scanning,
/// 6000 Verdicts, 7000 Replies, 8000 Retention, 9000 the spine,
/// 11000 Response (10000 is the host), 12000 Urls. Arguments from the wire are escaped by the caller.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Warning, "Ignored an event of {Sender}: {Problem} Further ones of this kind are only counted (mailscan.intake.malformed).")]
    public static partial void MalformedEvent(ILogger logger, string sender, string problem);

    [LoggerMessage(1001, LogLevel.Warning, "Ignored an event named {Name} of {Sender}: this daemon knows no such event. Further ones are only counted (mailscan.intake.unknown).")]
    public static partial void UnknownEvent(ILogger logger, string name, string sender);

    [LoggerMessage(1002, LogLevel.Warning, "Cannot take the file of {Key}: {Reason}")]
    public static partial void CustodyFailed(ILogger logger, RequestKey key, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "{Node} extracts into {NodeSpool}, but this daemon takes files from {Spool}: every file of that node will end as custody. Set both to the same directory.")]
    public static partial void SpoolMismatch(ILogger logger, string node, string nodeSpool, string spool);

    [LoggerMessage(1004, LogLevel.Information, "{Node} says hello (incarnation {Incarnation}, Zeek {ZeekVersion}, {Mode}, {Open} requests open)")]
    public static partial void NodeHello(ILogger logger, string node, ulong incarnation, string zeekVersion, string mode, ulong open);

    [LoggerMessage(1005, LogLevel.Information, "{Node} says good-bye (incarnation {Incarnation}, {Open} requests left open)")]
    public static partial void NodeBye(ILogger logger, string node, ulong incarnation, ulong open);

    [LoggerMessage(1006, LogLevel.Information, "{Node} has reached the end of its trace and waits for {Open} verdicts")]
    public static partial void NodeDrain(ILogger logger, string node, ulong open);

    [LoggerMessage(1007, LogLevel.Warning, "{Node} asks for the route {Route} (meta[\"route\"]), but there is none of that name with on_request: true: what it asks about is scanned by type. Told once a name (mailscan.intake.route_unknown counts them)")]
    public static partial void RouteUnknown(ILogger logger, string node, string route);

    [LoggerMessage(2000, LogLevel.Error, "The journal {Path} is damaged ({Problem}). It is kept as {Aside}; a new one is begun. Zeek will send again what it still waits for.")]
    public static partial void JournalSetAside(ILogger logger, string path, string problem, string aside);

    [LoggerMessage(2001, LogLevel.Error, "Row {Id} of the journal {Path} cannot be read and is left out: {Problem}")]
    public static partial void JournalRowDamaged(ILogger logger, long id, string path, string problem);

    [LoggerMessage(2002, LogLevel.Error, "The disk refuses: {Problem} The work waits; {Count} requests were refused until now, which Zeek will send again. This line comes at most every 10 s.")]
    public static partial void JournalFailed(ILogger logger, long count, string problem);

    [LoggerMessage(2003, LogLevel.Information, "Recovered from the journal: {Waiting} requests to scan, {Answered} verdicts to deliver, {Closed} files to remove")]
    public static partial void Recovered(ILogger logger, int waiting, int answered, int closed);

    [LoggerMessage(2004, LogLevel.Warning, "The store holds {Count} files without a request, among them {Names}. If Zeek asks again they are taken up; otherwise look at them and remove them from {Directory}.")]
    public static partial void Strays(ILogger logger, int count, string names, string directory);

    [LoggerMessage(2005, LogLevel.Warning, "{Node} (incarnation {Incarnation}): {Count} requests have not arrived for {Seconds} s, although later ones have: seqno {Seqnos}")]
    public static partial void SeqnosMissing(ILogger logger, string node, ulong incarnation, long count, double seconds, string seqnos);

    [LoggerMessage(2006, LogLevel.Information, "{Node} (incarnation {Incarnation}): seqno {Seqno}, which was missing, has arrived")]
    public static partial void SeqnoArrived(ILogger logger, string node, ulong incarnation, long seqno);

    [LoggerMessage(2007, LogLevel.Information, "{Node} (incarnation {Incarnation}) reckons: {Asked} asked, {Answered} answered, {GivenUp} given up, {Open} open; here {Accepted} accepted, {Verdicts} answered, {Missing} missing")]
    public static partial void Reckoning(ILogger logger, string node, ulong incarnation, ulong asked, ulong answered, ulong givenUp, ulong open, long accepted, long verdicts, long missing);

    [LoggerMessage(2008, LogLevel.Warning, "Overload level {Level}, before {Before}: {Waiting} requests wait, {Open} are open, the next has waited for {Seconds:0.#} s. {Meaning}")]
    public static partial void OverloadLevel(ILogger logger, int level, int before, int waiting, int open, double seconds, string meaning);

    [LoggerMessage(2009, LogLevel.Warning, "{Node} asks for more than {Rate} files a second (overload.max_rate): {Beyond} requests since the last such line are answered with overload. The next line about it comes in {Seconds} s at the earliest.")]
    public static partial void RateLimited(ILogger logger, string node, int rate, long beyond, double seconds);

    [LoggerMessage(2010, LogLevel.Warning, "The ledger holds {Max} nodes (queue.max_nodes): {Node} {Incarnation} and others that are new are not counted, so Zeek's ledger will not balance with this one")]
    public static partial void LedgerFull(ILogger logger, int max, string node, ulong incarnation);

    [LoggerMessage(5000, LogLevel.Warning, "Scanner {Name} is down: {Problem} What needs it is unscanned (tool_down). It is tried again; further failures are not logged.")]
    public static partial void ToolIsDown(ILogger logger, string name, string problem);

    [LoggerMessage(5001, LogLevel.Information, "Scanner {Name} is back")]
    public static partial void ToolIsBack(ILogger logger, string name);

    [LoggerMessage(5002, LogLevel.Warning, "Scanner {Name}: its database {Version} is older than {Days} days (max_database_age). Does freshclam run?")]
    public static partial void OldDatabase(ILogger logger, string name, string version, double days);

    [LoggerMessage(5003, LogLevel.Warning, "Scanner {Name} was seen to scan files of {Found} bytes, not of {Configured} (max_size): larger ones are too_large. Raise MaxFileSize, MaxScanSize and StreamMaxLength in clamd.conf, or lower max_size.")]
    public static partial void LowLimits(ILogger logger, string name, long found, long configured);

    [LoggerMessage(5004, LogLevel.Warning, "Scanner {Name} says OK past its own limits. Set AlertExceedsMax yes in clamd.conf, so that it tells.")]
    public static partial void SilentLimits(ILogger logger, string name);

    [LoggerMessage(5007, LogLevel.Information, "Scanner {Name} is another one than before ({Version}): its limits are tried again.")]
    public static partial void LimitsAgain(ILogger logger, string name, string version);

    [LoggerMessage(5005, LogLevel.Warning, "Scanner {Name} leaves out {Bad} of {All} rule files, the others serve: {Problems}")]
    public static partial void BadRules(ILogger logger, string name, int bad, int all, string problems);

    [LoggerMessage(5006, LogLevel.Error, "Scanner {Name} cannot take up its rules and keeps those it has: {Problem}")]
    public static partial void RulesKept(ILogger logger, string name, string problem);

    [LoggerMessage(7000, LogLevel.Warning, "{Count} verdicts were never acknowledged and are given up after {Hours} h; they stand in the verdict log. The first: {Key}")]
    public static partial void NeverAcknowledged(ILogger logger, int count, double hours, RequestKey key);

    [LoggerMessage(7001, LogLevel.Warning, "More than {Max} verdicts wait for their acknowledgement (replies.max_unacknowledged): the oldest are given up; they stand in the verdict log. The first: {Key}")]
    public static partial void TooManyUnacknowledged(ILogger logger, int max, RequestKey key);

    [LoggerMessage(6000, LogLevel.Error, "The verdict log {Path} refuses {Count} lines: {Problem}. They are kept and tried again.")]
    public static partial void VerdictLogFailed(ILogger logger, string path, int count, string problem);

    [LoggerMessage(8000, LogLevel.Error, "Cannot delete {Path}: {Problem}. It is tried again in ten minutes and at the next start.")]
    public static partial void DeleteFailed(ILogger logger, string path, string problem);

    [LoggerMessage(8001, LogLevel.Warning, "The quarantine does not keep the file of {Key}: {Problem}. Further ones that find no room are only counted (mailscan.quarantine.not_kept) until one does.")]
    public static partial void QuarantineNotKept(ILogger logger, RequestKey key, string problem);

    [LoggerMessage(8002, LogLevel.Error, "The quarantine {Path} refuses the file of {Key}: {Problem} It stays in the store, and is tried again in ten minutes and at the next start.")]
    public static partial void QuarantineFailed(ILogger logger, RequestKey key, string path, string problem);

    [LoggerMessage(8003, LogLevel.Information, "Cleared {Count} files in the quarantine {Path} that a crash left half done")]
    public static partial void QuarantineCleared(ILogger logger, int count, string path);

    [LoggerMessage(8004, LogLevel.Information, "Removed {Sha256} from the quarantine, last seen {Since}: {Cause}")]
    public static partial void QuarantineRemoved(ILogger logger, string sha256, DateTimeOffset since, RemovalCause cause);

    [LoggerMessage(8005, LogLevel.Information, "Removed what was set aside as {Path}: {Cause}")]
    public static partial void RejectedRemoved(ILogger logger, string path, RemovalCause cause);

    [LoggerMessage(8006, LogLevel.Error, "Cannot keep {Path} in order: {Problem}")]
    public static partial void SweepFailed(ILogger logger, string path, string problem);

    [LoggerMessage(8007, LogLevel.Error, "The audit log {Path} refuses a line about {Action}: {Problem}")]
    public static partial void AuditFailed(ILogger logger, string action, string path, string problem);

    [LoggerMessage(8008, LogLevel.Error, "The file system of the {Name}, {Path}, has {Free} bytes free, less than its floor of {MinFree}. {Consequence}")]
    public static partial void DiskLow(ILogger logger, string name, string path, long free, long minFree, string consequence);

    [LoggerMessage(8009, LogLevel.Information, "The file system of the {Name}, {Path}, has {Free} bytes free again")]
    public static partial void DiskAmple(ILogger logger, string name, string path, long free);

    [LoggerMessage(8010, LogLevel.Warning, "{Count} files in the spool {Spool} have not changed for {Minutes:0.#} minutes, and nobody has asked about them: a Zeek that was killed leaves such. They stay. New among them are {New}: {Names}. Scan them with mailscan-bridge scan, or remove them.")]
    public static partial void SpoolStrays(ILogger logger, int count, string spool, double minutes, int @new, string names);

    [LoggerMessage(9000, LogLevel.Information, "{Verdict} {Key} {Name} {Type} {Sha256} {Detail}")]
    public static partial void Answered(ILogger logger, string verdict, RequestKey key, string name, string type, string sha256, string detail);

    [LoggerMessage(9001, LogLevel.Error, "Attempt {Attempt} to scan {Key} failed")]
    public static partial void AttemptFailed(ILogger logger, RequestKey key, int attempt, Exception exception);

    [LoggerMessage(11000, LogLevel.Warning, "Dropped for {Seconds} s: {Elements} (rule {Rule} of {Node}: {Why})")]
    public static partial void Dropped(ILogger logger, string elements, double seconds, string node, string rule, string why);

    [LoggerMessage(11001, LogLevel.Warning, "Let go: {Elements} (rule {Rule} of {Node})")]
    public static partial void Undropped(ILogger logger, string elements, string node, string rule);

    [LoggerMessage(11002, LogLevel.Error, "Not dropped, or not let go, rule {Rule} of {Node}: {Problem}")]
    public static partial void DropFailed(ILogger logger, string node, string rule, string problem);

    [LoggerMessage(11003, LogLevel.Warning, "{Node} was not told what became of rule {Rule}: {Result}")]
    public static partial void DropUnanswered(ILogger logger, string node, string rule, string result);

    [LoggerMessage(12000, LogLevel.Information, "List of URLs {Name}: {Count} entries")]
    public static partial void UrlListRead(ILogger logger, string name, int count);

    [LoggerMessage(12001, LogLevel.Warning, "List of URLs {Name} was not read: {Problem} What was read before, if anything, stays in force; without it URLs end as unscanned: tool_down.")]
    public static partial void UrlListUnread(ILogger logger, string name, string problem);

    [LoggerMessage(12002, LogLevel.Warning, "List of URLs {Name}: {Count} lines are neither a host nor a URL and are left out; the first: {First}")]
    public static partial void UrlListMalformed(ILogger logger, string name, long count, string first);

    [LoggerMessage(12003, LogLevel.Error, "A lookup failed")]
    public static partial void UrlLookupFailed(ILogger logger, Exception exception);
}
