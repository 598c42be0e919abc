namespace MailScanBridge.Intake;

/// <summary><c>MailScan::NodeHello</c>: a node that is there and wants to know whether the daemon is.</summary>
public sealed record NodeHello(
    ulong Proto, string Node, ulong Incarnation, string ZeekVersion, bool Trace, string Spool, ulong Open, DateTimeOffset Sent);

/// <summary><c>MailScan::verdict_ack</c>: the rows of these requests are written.</summary>
public sealed record VerdictAck(string Node, ulong Incarnation, IReadOnlyList<ulong> Seqnos);

/// <summary><c>MailScan::node_drain</c>: the trace has ended; the node waits for what is open.</summary>
public sealed record NodeDrain(string Node, ulong Incarnation, ulong Open);

/// <summary><c>MailScan::node_bye</c>: the node ends; nothing it left open will be acknowledged.</summary>
public sealed record NodeBye(string Node, ulong Incarnation, bool Trace, ulong Open);
