using MailScanBridge.Zeek;

namespace MailScanBridge.Response;

/// <summary>What Zeek asks the responder to stop, as docs/contract.md has it. An end that is not set is any.</summary>
[ZeekRecord]
internal sealed partial record Drop(
    ulong Proto,
    string Node,
    ulong Incarnation,
    string Rule,
    DateTimeOffset Sent,
    ZeekSubnet? SrcH,
    ZeekPort? SrcP,
    ZeekSubnet? DstH,
    ZeekPort? DstP,
    bool BothWays,
    TimeSpan Expire,
    string Why);

/// <summary><c>MailScan::drop</c>.</summary>
[ZeekEvent("MailScan::drop")]
internal sealed partial record DropEvent(Drop D);

/// <summary><c>MailScan::undrop</c>.</summary>
[ZeekEvent("MailScan::undrop")]
internal sealed partial record UndropEvent(string Node, ulong Incarnation, string Rule);

/// <summary><c>MailScan::drop_result</c>.</summary>
[ZeekEvent("MailScan::drop_result")]
internal sealed partial record DropResultEvent(string Node, ulong Incarnation, string Rule, string Status, string Detail);
