using System.Net;
using MailScanBridge.Intake;
using MailScanBridge.Verdicts;
using MailScanBridge.Zeek;

namespace MailScanBridge.Replies;

/// <summary>The events of docs/contract.md that the daemon sends, each field in its place.</summary>
internal static class ReplyEvents
{
    private const ulong Proto = 1;

    public static ZeekEvent Accepted(string node, ulong incarnation, IEnumerable<ulong> seqnos, DateTimeOffset answerBy) => new(
        "MailScan::accepted",
        ZeekValue.FromString(node),
        ZeekValue.FromCount(incarnation),
        ZeekValue.FromVector([.. seqnos.Select(ZeekValue.FromCount)]),
        ZeekValue.FromTime(answerBy));

    public static ZeekEvent Verdict(FileRequest r, Verdict v) => new("MailScan::verdict", ZeekValue.FromVector(
    [
        ZeekValue.FromCount(Proto),
        ZeekValue.FromString(r.Node),
        ZeekValue.FromCount(r.Incarnation),
        ZeekValue.FromCount(r.Seqno),
        ZeekValue.FromCount(v.Epoch),
        ZeekValue.FromString(Words.Of(v.Kind)),
        ZeekValue.FromString(v.Reason),
        ZeekValue.FromString(v.Detail),
        ZeekValue.FromCount((ulong)v.Score),
        Strings(v.Names),
        Strings(v.Tools),
        ZeekValue.FromCount((ulong)v.PartsFound),
        ZeekValue.FromCount((ulong)v.PartsScanned),
        ZeekValue.FromString(v.Sha256),
        ZeekValue.FromCount((ulong)v.Size),
        ZeekValue.FromString(v.DetectedType),
        ZeekValue.FromInterval(v.ScanTime),
        ZeekValue.FromTime(r.Ts),
        ZeekValue.FromString(r.Kind),
        ZeekValue.FromString(r.Source),
        ZeekValue.FromString(r.Fuid),
        Optional(r.ParentFuid),
        Optional(r.Uid),
        Optional(r.OrigH),
        Optional(r.OrigP),
        Optional(r.RespH),
        Optional(r.RespP),
        r.IsOrig is { } isOrig ? ZeekValue.FromBool(isOrig) : ZeekValue.None,
        Optional(r.Filename),
        Optional(r.MimeType),
        Optional(r.Mail?.MailFrom),
        ZeekValue.FromVector([.. (r.Mail?.RcptTo ?? []).Select(b => ZeekValue.FromBytes(b))]),
        Optional(r.Mail?.Subject),
        Optional(r.Mail?.MsgId),
    ]));

    public static ZeekEvent Status(BridgeStatus s) => new("MailScan::bridge_status", ZeekValue.FromVector(
    [
        ZeekValue.FromCount(Proto),
        ZeekValue.FromString(s.Bridge),
        ZeekValue.FromCount(s.Epoch),
        ZeekValue.FromString(s.Version),
        ZeekValue.FromTime(s.Sent),
        ZeekValue.FromInterval(s.Heartbeat),
        ZeekValue.FromCount((ulong)s.Credit),
        ZeekValue.FromCount((ulong)s.Queue),
        ZeekValue.FromCount((ulong)s.Level),
        ZeekValue.FromString(s.Rules),
        ZeekValue.FromString(s.AckNode),
        ZeekValue.FromCount(s.AckIncarnation),
        ZeekValue.FromString(s.Spool),
    ]));

    public static ZeekEvent Bye(string bridge, ulong epoch, string reason) => new(
        "MailScan::bridge_bye", ZeekValue.FromString(bridge), ZeekValue.FromCount(epoch), ZeekValue.FromString(reason));

    private static ZeekValue Strings(IReadOnlyList<string> items) => ZeekValue.FromVector([.. items.Select(ZeekValue.FromString)]);

    private static ZeekValue Optional(string? text) => text is null ? ZeekValue.None : ZeekValue.FromString(text);

    private static ZeekValue Optional(byte[]? bytes) => bytes is null ? ZeekValue.None : ZeekValue.FromBytes(bytes);

    private static ZeekValue Optional(IPAddress? address) => address is null ? ZeekValue.None : ZeekValue.FromAddress(address);

    private static ZeekValue Optional(PortNumber? port) =>
        port is { } p ? ZeekValue.FromPort(p.Number, (ZeekPortProtocol)p.Protocol) : ZeekValue.None;
}

/// <summary><c>MailScan::BridgeStatus</c> of docs/contract.md.</summary>
public sealed record BridgeStatus(
    string Bridge, ulong Epoch, string Version, DateTimeOffset Sent, TimeSpan Heartbeat, int Credit, int Queue, int Level,
    string Rules, string AckNode, ulong AckIncarnation, string Spool);
