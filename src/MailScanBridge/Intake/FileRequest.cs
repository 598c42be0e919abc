using System.Net;
using System.Text;
using MailScanBridge.Zeek;
using MessagePack;

namespace MailScanBridge.Intake;

/// <summary>
/// <c>MailScan::FileRequest</c> of docs/contract.md, field by field. Everything in it comes from the wire and is hostile;
/// what Zeek calls string and may hold any bytes is kept as bytes. The keys are those of the journal's rows: never reuse one.
/// </summary>
[MessagePackObject, ZeekRecord, ZeekLimits(MaxStringBytes = EventLimits.StringBytes, MaxItems = EventLimits.Items, RejectInvalidUtf8 = true)]
public sealed partial record FileRequest
{
    [Key(0)] public required ulong Proto { get; init; }
    [Key(1)] public required string Node { get; init; }
    [Key(2)] public required ulong Incarnation { get; init; }
    [Key(3)] public required ulong Seqno { get; init; }
    [Key(4)] public required ulong Attempt { get; init; }
    [Key(5)] public required DateTimeOffset Ts { get; init; }
    [Key(6)] public required DateTimeOffset Sent { get; init; }
    [Key(7)] public required string Path { get; init; }
    [Key(8)] public required string Kind { get; init; }
    [Key(9)] public required string Source { get; init; }
    [Key(10)] public required string Fuid { get; init; }
    [Key(11)] public string? ParentFuid { get; init; }
    [Key(12)] public string? Uid { get; init; }
    [Key(13), MessagePackFormatter(typeof(IPAddressFormatter))] public IPAddress? OrigH { get; init; }
    [Key(14), MessagePackFormatter(typeof(ZeekPortFormatter))] public ZeekPort? OrigP { get; init; }
    [Key(15), MessagePackFormatter(typeof(IPAddressFormatter))] public IPAddress? RespH { get; init; }
    [Key(16), MessagePackFormatter(typeof(ZeekPortFormatter))] public ZeekPort? RespP { get; init; }
    [Key(17)] public bool? IsOrig { get; init; }
    [Key(18)] public byte[]? Filename { get; init; }
    [Key(19)] public string? MimeType { get; init; }
    [Key(20)] public byte[]? DeclaredType { get; init; }
    [Key(21)] public required ulong SeenBytes { get; init; }
    [Key(22)] public ulong? TotalBytes { get; init; }
    [Key(23)] public required ulong MissingBytes { get; init; }
    [Key(24)] public required ulong OverflowBytes { get; init; }
    [Key(25)] public required bool Cutoff { get; init; }
    [Key(26), ZeekName("timedout")] public required bool TimedOut { get; init; }
    [Key(27)] public required bool Complete { get; init; }
    [Key(28)] public string? Sha256 { get; init; }
    [Key(29)] public MailContext? Mail { get; init; }
    [Key(30)] public IReadOnlyDictionary<string, byte[]> Meta { get; init; } = s_noMeta;

    private static readonly Dictionary<string, byte[]> s_noMeta = [];

    /// <summary>The route that the request asks for (<c>meta["route"]</c>); null where it asks for none. Hostile.</summary>
    /// <remarks>A row of the journal that was written before there was any has none at all.</remarks>
    [IgnoreMember]
    public string? Route => Meta is { } meta && meta.TryGetValue("route", out var name) ? Encoding.UTF8.GetString(name) : null;

    /// <summary>The same without <see cref="Meta"/> where that has more than so many bytes, this itself where it has no more: half of it may mean something else.</summary>
    public FileRequest WithMetaWithin(int most) =>
        Meta is { Count: > 0 } meta && meta.Sum(entry => (long)entry.Key.Length + entry.Value.Length + (2 * MailContext.ItemBytes)) > most ? this with { Meta = s_noMeta } : this;

    /// <summary>What names this request.</summary>
    [IgnoreMember]
    public RequestKey RequestKey => new(Node, Incarnation, Seqno);
}

/// <summary><c>MailScan::MailContext</c>: the mail a part belongs to, raw as Zeek has it.</summary>
[MessagePackObject, ZeekRecord, ZeekLimits(MaxStringBytes = EventLimits.StringBytes, MaxItems = EventLimits.Items)]
public sealed partial record MailContext
{
    [Key(0)] public byte[]? Helo { get; init; }
    [Key(1), ZeekName("mailfrom")] public byte[]? MailFrom { get; init; }
    [Key(2), ZeekName("rcptto")] public required IReadOnlyList<byte[]> RcptTo { get; init; }
    [Key(3)] public byte[]? From { get; init; }
    [Key(4)] public required IReadOnlyList<byte[]> To { get; init; }
    [Key(5)] public required IReadOnlyList<byte[]> Cc { get; init; }
    [Key(6)] public byte[]? ReplyTo { get; init; }
    [Key(7)] public byte[]? Subject { get; init; }
    [Key(8)] public byte[]? MsgId { get; init; }
    [Key(9)] public byte[]? Date { get; init; }
    [Key(10)] public byte[]? FirstReceived { get; init; }
    [Key(11)] public byte[]? UserAgent { get; init; }
    [Key(12)] public required ulong TransDepth { get; init; }
    [Key(13)] public IReadOnlyList<byte[]> Path { get; init; } = [];
    [Key(14)] public bool Cut { get; init; }

    /// <summary>
    /// The same with no more than so many bytes, this itself where it has no more: each header is repeated by every part of its mail, and whoever sends the mail
    /// chooses how long it is. What the verdict echoes comes first; of a longer header the beginning stays, and of a list its first items.
    /// </summary>
    public MailContext Within(int most)
    {
        if (Size() <= most)
        {
            return this;
        }

        var left = most;
        return new MailContext
        {
            MailFrom = Shorten(MailFrom),
            MsgId = Shorten(MsgId),
            Subject = Shorten(Subject),
            RcptTo = ShortenList(RcptTo),
            From = Shorten(From),
            ReplyTo = Shorten(ReplyTo),
            Helo = Shorten(Helo),
            Date = Shorten(Date),
            FirstReceived = Shorten(FirstReceived),
            UserAgent = Shorten(UserAgent),
            Path = ShortenList(Path ?? []),
            To = ShortenList(To),
            Cc = ShortenList(Cc),
            TransDepth = TransDepth,
            Cut = true,
        };

        byte[]? Shorten(byte[]? text)
        {
            if (text is null || left <= ItemBytes)
            {
                return null;
            }

            // No header takes the place of all others.
            var length = Math.Min(Math.Min(text.Length, most / 8), left - ItemBytes);
            left -= length + ItemBytes;
            return length == text.Length ? text : text[..length];
        }

        List<byte[]> ShortenList(IReadOnlyList<byte[]> texts)
        {
            var kept = new List<byte[]>();
            var rest = left - (left / 2);
            left /= 2;
            foreach (var text in texts)
            {
                if (Shorten(text) is not { } one)
                {
                    break;
                }

                kept.Add(one);
            }

            left += rest;
            return kept;
        }
    }

    internal const int ItemBytes = 32; // What an array costs besides its content.

    private long Size()
    {
        byte[]?[] texts = [Helo, MailFrom, From, ReplyTo, Subject, MsgId, Date, FirstReceived, UserAgent, .. RcptTo, .. To, .. Cc, .. Path ?? []];
        return texts.Sum(text => text is null ? 0L : text.Length + ItemBytes);
    }
}
