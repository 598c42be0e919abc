using System.Net;
using System.Security.Cryptography;
using System.Text;
using MailScanBridge.Intake;
using MailScanBridge.Unpacking;
using MailScanBridge.Verdicts;
using MailScanBridge.Zeek;

namespace MailScanBridge.Tests.Support;

/// <summary>Requests, items and verdicts as tests need them: valid, and every field set where it may be.</summary>
internal static class Make
{
    public static byte[] Eicar => Encoding.ASCII.GetBytes(string.Concat(@"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"));

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static MailContext Mail(byte[]? subject = null) => new()
    {
        MailFrom = "a@example.org"u8.ToArray(),
        RcptTo = ["b@example.com"u8.ToArray()],
        To = [],
        Cc = [],
        Subject = subject,
        TransDepth = 1,
    };

    public static FileRequest Request(ulong seqno = 1, string path = "", byte[]? content = null, string node = "host/zeek", ulong incarnation = 7) => new()
    {
        Proto = EventDecoder.Proto,
        Node = node,
        Incarnation = incarnation,
        Seqno = seqno,
        Attempt = 1,
        Ts = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Sent = new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero),
        Path = path,
        Kind = "part",
        Source = "SMTP",
        Fuid = "F1",
        ParentFuid = "F0",
        Uid = "C1",
        OrigH = IPAddress.Parse("192.0.2.1"),
        OrigP = new ZeekPort(1025, ZeekPortProtocol.Tcp),
        RespH = IPAddress.Parse("2001:db8::25"),
        RespP = new ZeekPort(25, ZeekPortProtocol.Tcp),
        IsOrig = true,
        Filename = "a.txt"u8.ToArray(),
        MimeType = "text/plain",
        DeclaredType = "text/plain; charset=utf-8"u8.ToArray(),
        SeenBytes = (ulong)(content?.Length ?? 0),
        TotalBytes = (ulong)(content?.Length ?? 0),
        MissingBytes = 0,
        OverflowBytes = 0,
        Cutoff = false,
        TimedOut = false,
        Complete = true,
        Sha256 = content is null ? null : Sha256(content),
        Mail = new MailContext
        {
            MailFrom = "a@example.org"u8.ToArray(),
            RcptTo = ["b@example.org"u8.ToArray()],
            To = [],
            Cc = [],
            Subject = "a subject"u8.ToArray(),
            MsgId = "<1@example.org>"u8.ToArray(),
            TransDepth = 1,
        },
    };

    public static ScanRequest Taken(ulong seqno = 1, string node = "host/zeek")
    {
        var file = Request(seqno, node: node);
        return new ScanRequest { File = file, StoreName = file.RequestKey.FileName };
    }

    public static ScanItem Item(string type = "text/plain", string? name = "a.txt", ScanItem? parent = null, string? path = null, byte[]? content = null) => new()
    {
        Parent = parent,
        Name = name,
        Type = type,
        Path = path ?? "/nowhere",
        Size = content?.Length ?? 0,
        Sha256 = Sha256(content ?? []),
    };

    /// <summary>The same request with none of its optional fields.</summary>
    public static FileRequest Bare(FileRequest request) => request with
    {
        ParentFuid = null,
        Uid = null,
        OrigH = null,
        OrigP = null,
        RespH = null,
        RespP = null,
        IsOrig = null,
        Filename = null,
        MimeType = null,
        DeclaredType = null,
        TotalBytes = null,
        Sha256 = null,
        Mail = null,
    };

    public static Verdict Verdict(VerdictKind kind = VerdictKind.Malicious, string detail = "found") => new()
    {
        Kind = kind,
        Reason = kind is VerdictKind.Error or VerdictKind.Unscanned ? Reasons.Limits : "",
        Detail = detail,
        Score = 90,
        Names = ["A", "B"],
        Tools = ["content 1: 1 found, 1 parts, 0.1 ms"],
        PartsFound = 3,
        PartsScanned = 2,
        Sha256 = Sha256([]),
        Size = 12,
        DetectedType = "text/plain",
        ScanTime = TimeSpan.FromMilliseconds(12.5),
        Epoch = 99,
    };
}
