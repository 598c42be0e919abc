using MailScanBridge.Zeek;

namespace MailScanBridge.Intake;

/// <summary><c>MailScan::file_request</c>: a file to be scanned.</summary>
[ZeekEvent("MailScan::file_request")]
public sealed partial record FileRequestEvent(FileRequest R);

/// <summary><c>MailScan::node_hello</c>.</summary>
[ZeekEvent("MailScan::node_hello")]
public sealed partial record NodeHelloEvent(NodeHello H);

/// <summary><c>MailScan::NodeHello</c>: a node that is there and wants to know whether the daemon is.</summary>
[ZeekRecord, ZeekLimits(MaxStringBytes = EventLimits.StringBytes, RejectInvalidUtf8 = true)]
public sealed partial record NodeHello(
    ulong Proto, string Node, ulong Incarnation, string ZeekVersion, bool Trace, string Spool, ulong Open, DateTimeOffset Sent);

/// <summary><c>MailScan::verdict_ack</c>: the rows of these requests are written.</summary>
[ZeekEvent("MailScan::verdict_ack"), ZeekLimits(MaxStringBytes = EventLimits.StringBytes, MaxItems = EventLimits.Items, RejectInvalidUtf8 = true)]
public sealed partial record VerdictAck(string Node, ulong Incarnation, IReadOnlyList<ulong> Seqnos, IReadOnlyList<ulong> Revisions);

/// <summary><c>MailScan::node_drain</c>: the trace has ended; the node waits for what is open.</summary>
[ZeekEvent("MailScan::node_drain"), ZeekLimits(MaxStringBytes = EventLimits.StringBytes, RejectInvalidUtf8 = true)]
public sealed partial record NodeDrain(string Node, ulong Incarnation, ulong Open);

/// <summary><c>MailScan::node_bye</c>: the node ends; nothing it left open will be acknowledged.</summary>
[ZeekEvent("MailScan::node_bye"), ZeekLimits(MaxStringBytes = EventLimits.StringBytes, RejectInvalidUtf8 = true)]
public sealed partial record NodeBye(string Node, ulong Incarnation, bool Trace, ulong Open);

/// <summary><c>MailScan::ledger</c>: what the node has counted, to be compared.</summary>
[ZeekEvent("MailScan::ledger")]
public sealed partial record LedgerEvent(Ledger L);

/// <summary><c>MailScan::Ledger</c> of docs/contract.md.</summary>
[ZeekRecord, ZeekLimits(MaxStringBytes = EventLimits.StringBytes, RejectInvalidUtf8 = true)]
public sealed partial record Ledger(
    ulong Proto, string Node, ulong Incarnation, DateTimeOffset Sent, ulong Asked, ulong Accepted,
    ulong Malicious, ulong Suspicious, ulong Error, ulong Unscanned, ulong Clean, ulong GivenUp, ulong Open);

/// <summary>The most that is taken of one field from the wire.</summary>
internal static class EventLimits
{
    /// <summary>Of a string, in bytes: Zeek's own limit of a header is 64 KiB.</summary>
    public const int StringBytes = 128 * 1024;

    /// <summary>Of a vector.</summary>
    public const int Items = 10_000;
}
