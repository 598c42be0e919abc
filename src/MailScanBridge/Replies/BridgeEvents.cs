using MailScanBridge.Zeek;

namespace MailScanBridge.Replies;

/// <summary><c>MailScan::accepted</c>: the requests are on the daemon's disk.</summary>
[ZeekEvent("MailScan::accepted")]
public sealed partial record Accepted(string Node, ulong Incarnation, IReadOnlyList<ulong> Seqnos, DateTimeOffset AnswerBy);

/// <summary><c>MailScan::bridge_status</c>.</summary>
[ZeekEvent("MailScan::bridge_status")]
public sealed partial record BridgeStatusEvent(BridgeStatus S);

/// <summary><c>MailScan::BridgeStatus</c> of docs/contract.md: the heartbeat.</summary>
[ZeekRecord]
public sealed partial record BridgeStatus(
    ulong Proto, string Bridge, ulong Epoch, string Version, DateTimeOffset Sent, TimeSpan Heartbeat, uint Credit, uint Queue, uint Level,
    string Rules, string AckNode, ulong AckIncarnation, string Spool);

/// <summary><c>MailScan::bridge_bye</c>: the daemon stops in an orderly way.</summary>
[ZeekEvent("MailScan::bridge_bye")]
public sealed partial record BridgeBye(string Bridge, ulong Epoch, string Reason);

/// <summary><c>MailScan::bridge_ledger</c>: what the daemon counted for a node, in answer to its ledger.</summary>
[ZeekEvent("MailScan::bridge_ledger")]
public sealed partial record BridgeLedgerEvent(BridgeLedger L);

/// <summary><c>MailScan::BridgeLedger</c> of docs/contract.md.</summary>
[ZeekRecord]
public sealed partial record BridgeLedger(
    ulong Proto, string Node, ulong Incarnation, ulong Epoch, DateTimeOffset Sent, ulong First, ulong Highest, ulong Accepted, ulong Missing, ulong Overdue, string Gaps,
    ulong Malicious, ulong Suspicious, ulong Error, ulong Unscanned, ulong Clean, ulong Rescans, ulong Open, ulong Acknowledged);
