using System.Globalization;
using MailScanBridge.Intake;
using MailScanBridge.Zeek;

namespace MailScanBridge.Daemon.Demo;

/// <summary>The events of docs/contract.md that a sensor sends, each field in its place.</summary>
internal static class SensorEvents
{
    public static ZeekEvent Hello(string node, ulong incarnation, bool trace, string spool, int open, DateTimeOffset sent) => new("MailScan::node_hello", ZeekValue.FromVector(
    [
        ZeekValue.FromCount(1), ZeekValue.FromString(node), ZeekValue.FromCount(incarnation), ZeekValue.FromString($"stand-in {ProductVersion.Text}"),
        ZeekValue.FromBool(trace), ZeekValue.FromString(spool), ZeekValue.FromCount((ulong)open), ZeekValue.FromTime(sent),
    ]));

    public static ZeekEvent Request(FileRequest r) => new("MailScan::file_request", ZeekValue.FromVector(
    [
        ZeekValue.FromCount(r.Proto), ZeekValue.FromString(r.Node), ZeekValue.FromCount(r.Incarnation), ZeekValue.FromCount(r.Seqno), ZeekValue.FromCount(r.Attempt),
        ZeekValue.FromTime(r.Ts), ZeekValue.FromTime(r.Sent), ZeekValue.FromString(r.Path), ZeekValue.FromString(r.Kind), ZeekValue.FromString(r.Source),
        ZeekValue.FromString(r.Fuid), Text(r.ParentFuid), Text(r.Uid),
        r.OrigH is null ? ZeekValue.None : ZeekValue.FromAddress(r.OrigH),
        Port(r.OrigP),
        r.RespH is null ? ZeekValue.None : ZeekValue.FromAddress(r.RespH),
        Port(r.RespP),
        r.IsOrig is { } isOrig ? ZeekValue.FromBool(isOrig) : ZeekValue.None,
        Bytes(r.Filename), Text(r.MimeType), Bytes(r.DeclaredType),
        ZeekValue.FromCount(r.SeenBytes), r.TotalBytes is { } total ? ZeekValue.FromCount(total) : ZeekValue.None,
        ZeekValue.FromCount(r.MissingBytes), ZeekValue.FromCount(r.OverflowBytes),
        ZeekValue.FromBool(r.Cutoff), ZeekValue.FromBool(r.TimedOut), ZeekValue.FromBool(r.Complete),
        Text(r.Sha256), r.Mail is null ? ZeekValue.None : Mail(r.Mail),
    ]));

    public static ZeekEvent Ack(string node, ulong incarnation, ulong seqno) => new(
        "MailScan::verdict_ack", ZeekValue.FromString(node), ZeekValue.FromCount(incarnation), ZeekValue.FromVector([ZeekValue.FromCount(seqno)]));

    public static ZeekEvent Drain(string node, ulong incarnation, int open) => new(
        "MailScan::node_drain", ZeekValue.FromString(node), ZeekValue.FromCount(incarnation), ZeekValue.FromCount((ulong)open));

    public static ZeekEvent Bye(string node, ulong incarnation, bool trace, int open) => new(
        "MailScan::node_bye", ZeekValue.FromString(node), ZeekValue.FromCount(incarnation), ZeekValue.FromBool(trace), ZeekValue.FromCount((ulong)open));

    /// <summary>An identifier in Zeek's manner: a letter and 17 letters and digits.</summary>
    public static string Id(char letter, Random random)
    {
        const string alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        return string.Create(CultureInfo.InvariantCulture, $"{letter}{new string(random.GetItems<char>(alphabet, 17))}");
    }

    private static ZeekValue Mail(MailContext m) => ZeekValue.FromVector(
    [
        Bytes(m.Helo), Bytes(m.MailFrom), Vector(m.RcptTo), Bytes(m.From), Vector(m.To), Vector(m.Cc), Bytes(m.ReplyTo), Bytes(m.Subject),
        Bytes(m.MsgId), Bytes(m.Date), Bytes(m.FirstReceived), Bytes(m.UserAgent), ZeekValue.FromCount(m.TransDepth),
    ]);

    private static ZeekValue Text(string? text) => text is null ? ZeekValue.None : ZeekValue.FromString(text);

    private static ZeekValue Bytes(byte[]? bytes) => bytes is null ? ZeekValue.None : ZeekValue.FromBytes(bytes);

    private static ZeekValue Vector(IReadOnlyList<byte[]> items) => ZeekValue.FromVector([.. items.Select(b => ZeekValue.FromBytes(b))]);

    private static ZeekValue Port(PortNumber? port) => port is { } p ? ZeekValue.FromPort(p.Number, (ZeekPortProtocol)p.Protocol) : ZeekValue.None;
}
