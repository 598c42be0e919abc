using System.Collections.Frozen;
using MailScanBridge.Zeek;

namespace MailScanBridge.Intake;

/// <summary>Turns the events of docs/contract.md that Zeek sends into records. Pure and safe for concurrent use.</summary>
internal static class EventDecoder
{
    /// <summary>Version of the contract this daemon speaks.</summary>
    public const ulong Proto = 1;

    private static readonly FrozenDictionary<string, Func<RecordReader, object>> Decoders =
        new Dictionary<string, Func<RecordReader, object>>
        {
            ["MailScan::file_request"] = args => FileRequest(args.Record("r")),
            ["MailScan::node_hello"] = args => Hello(args.Record("h")),
            ["MailScan::verdict_ack"] = args => new VerdictAck(args.Name("node"), args.Count("incarnation"), args.CountVector("seqnos")),
            ["MailScan::node_drain"] = args => new NodeDrain(args.Name("node"), args.Count("incarnation"), args.Count("open")),
            ["MailScan::node_bye"] = args => new NodeBye(args.Name("node"), args.Count("incarnation"), args.Bool("trace"), args.Count("open")),
        }.ToFrozenDictionary();

    /// <summary>Decodes one event; null where its name is none of ours.</summary>
    /// <exception cref="MalformedEventException">The name is ours and the shape is not.</exception>
    public static object? Decode(ZeekEvent e) =>
        Decoders.TryGetValue(e.Name, out var decode) ? decode(new RecordReader(e.Name, "", e.Args)) : null;

    private static NodeHello Hello(RecordReader r) => new(
        Version(r), r.Name("node"), r.Count("incarnation"), r.Text("zeek_version"), r.Bool("trace"), r.Text("spool"), r.Count("open"), r.Time("sent"));

    private static FileRequest FileRequest(RecordReader r) => new()
    {
        Proto = Version(r),
        Node = r.Name("node"),
        Incarnation = r.Count("incarnation"),
        Seqno = r.Count("seqno"),
        Attempt = r.Count("attempt"),
        Ts = r.Time("ts"),
        Sent = r.Time("sent"),
        Path = r.Text("path"),
        Kind = r.Text("kind"),
        Source = r.Text("source"),
        Fuid = r.Text("fuid"),
        ParentFuid = r.OptionalText("parent_fuid"),
        Uid = r.OptionalText("uid"),
        OrigH = r.OptionalAddress("orig_h"),
        OrigP = r.OptionalPort("orig_p"),
        RespH = r.OptionalAddress("resp_h"),
        RespP = r.OptionalPort("resp_p"),
        IsOrig = r.OptionalBool("is_orig"),
        Filename = r.OptionalBytes("filename"),
        MimeType = r.OptionalText("mime_type"),
        DeclaredType = r.OptionalBytes("declared_type"),
        SeenBytes = r.Count("seen_bytes"),
        TotalBytes = r.OptionalCount("total_bytes"),
        MissingBytes = r.Count("missing_bytes"),
        OverflowBytes = r.Count("overflow_bytes"),
        Cutoff = r.Bool("cutoff"),
        TimedOut = r.Bool("timedout"),
        Complete = r.Bool("complete"),
        Sha256 = r.OptionalText("sha256"),
        Mail = r.OptionalRecord("mail") is { } mail ? Mail(mail) : null,
    };

    private static MailContext Mail(RecordReader r) => new()
    {
        Helo = r.OptionalBytes("helo"),
        MailFrom = r.OptionalBytes("mailfrom"),
        RcptTo = r.BytesVector("rcptto"),
        From = r.OptionalBytes("from"),
        To = r.BytesVector("to"),
        Cc = r.BytesVector("cc"),
        ReplyTo = r.OptionalBytes("reply_to"),
        Subject = r.OptionalBytes("subject"),
        MsgId = r.OptionalBytes("msg_id"),
        Date = r.OptionalBytes("date"),
        FirstReceived = r.OptionalBytes("first_received"),
        UserAgent = r.OptionalBytes("user_agent"),
        TransDepth = r.Count("trans_depth"),
    };

    private static ulong Version(RecordReader r) => r.Count("proto") is var proto && proto >= Proto
        ? proto
        : throw new MalformedEventException($"proto {proto}: this daemon speaks {Proto} and later ones that only add fields. Update the Zeek package.");
}
