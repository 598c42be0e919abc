using System.Net;
using MailScanBridge.Intake;
using MailScanBridge.Zeek;

namespace MailScanBridge.Urls;

/// <summary><c>MailScan::url_request</c>: a URL to look up.</summary>
[ZeekEvent("MailScan::url_request")]
public sealed partial record UrlRequestEvent(UrlRequest R);

/// <summary><c>MailScan::UrlRequest</c> of docs/contract.md.</summary>
[ZeekRecord, ZeekLimits(MaxStringBytes = EventLimits.StringBytes)]
public sealed partial record UrlRequest(
    ulong Proto, string Node, ulong Incarnation, ulong Seqno, DateTimeOffset Ts, DateTimeOffset Sent, byte[] Url, byte[] Host, string Source, byte[]? Who,
    string Uid, IPAddress OrigH, ZeekPort OrigP, IPAddress RespH, ZeekPort RespP, string? Fuid);

/// <summary><c>MailScan::url_verdict</c>: what the lists say of it.</summary>
[ZeekEvent("MailScan::url_verdict")]
public sealed partial record UrlVerdictEvent(UrlVerdict V);

/// <summary><c>MailScan::UrlVerdict</c> of docs/contract.md.</summary>
[ZeekRecord]
public sealed partial record UrlVerdict(
    ulong Proto, string Node, ulong Incarnation, ulong Seqno, ulong Epoch, string Verdict, string Reason, string Detail, ulong Score, IReadOnlyList<string> Names, IReadOnlyList<string> Tools,
    DateTimeOffset Ts, byte[] Url, byte[] Host, string Source, byte[]? Who, string Uid, IPAddress OrigH, ZeekPort OrigP, IPAddress RespH, ZeekPort RespP, string? Fuid);
