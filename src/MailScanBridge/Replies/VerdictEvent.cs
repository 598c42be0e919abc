using System.Net;
using MailScanBridge.Intake;
using MailScanBridge.Verdicts;
using MailScanBridge.Zeek;

namespace MailScanBridge.Replies;

/// <summary><c>MailScan::verdict</c>: the answer to one request.</summary>
[ZeekEvent("MailScan::verdict")]
public sealed partial record VerdictEvent(VerdictRecord V)
{
    /// <summary>The answer to a request, with what Zeek needs of the request to use it.</summary>
    public static VerdictEvent From(FileRequest r, Verdict v) => new(new VerdictRecord
    {
        Proto = EventDecoder.Proto,
        Node = r.Node,
        Incarnation = r.Incarnation,
        Seqno = r.Seqno,
        Epoch = v.Epoch,
        Verdict = Words.Of(v.Kind),
        Reason = v.Reason,
        Detail = v.Detail,
        Score = (ulong)v.Score,
        Names = v.Names,
        Tools = v.Tools,
        PartsFound = (ulong)v.PartsFound,
        PartsScanned = (ulong)v.PartsScanned,
        Sha256 = v.Sha256,
        Size = (ulong)v.Size,
        DetectedType = v.DetectedType,
        ScanTime = v.ScanTime,
        Ts = r.Ts,
        Kind = r.Kind,
        Source = r.Source,
        Fuid = r.Fuid,
        ParentFuid = r.ParentFuid,
        Uid = r.Uid,
        OrigH = r.OrigH,
        OrigP = r.OrigP,
        RespH = r.RespH,
        RespP = r.RespP,
        IsOrig = r.IsOrig,
        Filename = r.Filename,
        MimeType = r.MimeType,
        MailFrom = r.Mail?.MailFrom,
        RcptTo = r.Mail?.RcptTo ?? [],
        Subject = r.Mail?.Subject,
        MsgId = r.Mail?.MsgId,
        Revision = (ulong)Math.Max(1, v.Revision),
    });
}

/// <summary><c>MailScan::Verdict</c> of docs/contract.md, field by field.</summary>
[ZeekRecord]
public sealed partial record VerdictRecord
{
    public required ulong Proto { get; init; }
    public required string Node { get; init; }
    public required ulong Incarnation { get; init; }
    public required ulong Seqno { get; init; }
    public required ulong Epoch { get; init; }
    public required string Verdict { get; init; }
    public required string Reason { get; init; }
    public required string Detail { get; init; }
    public required ulong Score { get; init; }
    public required IReadOnlyList<string> Names { get; init; }
    public required IReadOnlyList<string> Tools { get; init; }
    public required ulong PartsFound { get; init; }
    public required ulong PartsScanned { get; init; }
    public required string Sha256 { get; init; }
    public required ulong Size { get; init; }
    public required string DetectedType { get; init; }
    public required TimeSpan ScanTime { get; init; }
    public required DateTimeOffset Ts { get; init; }
    public required string Kind { get; init; }
    public required string Source { get; init; }
    public required string Fuid { get; init; }
    public string? ParentFuid { get; init; }
    public string? Uid { get; init; }
    public IPAddress? OrigH { get; init; }
    public ZeekPort? OrigP { get; init; }
    public IPAddress? RespH { get; init; }
    public ZeekPort? RespP { get; init; }
    public bool? IsOrig { get; init; }
    public byte[]? Filename { get; init; }
    public string? MimeType { get; init; }
    [ZeekName("mailfrom")] public byte[]? MailFrom { get; init; }
    [ZeekName("rcptto")] public required IReadOnlyList<byte[]> RcptTo { get; init; }
    public byte[]? Subject { get; init; }
    public byte[]? MsgId { get; init; }
    public required ulong Revision { get; init; }
}
