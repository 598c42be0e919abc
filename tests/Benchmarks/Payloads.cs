using System.Net;
using MailScanBridge.Zeek;

namespace Benchmarks;

[ZeekRecord]
public sealed partial record ConnId(IPAddress OrigH, ZeekPort OrigP, IPAddress RespH, ZeekPort RespP);

[ZeekEnum("")]
public enum Transport
{
    tcp,
    udp,
}

/// <summary>Payload 1 of Broker's benchmark.</summary>
[ZeekEvent("event_1")]
public sealed partial record Small(long A, string B);

/// <summary>Payload 2: 18 fields, like a line of conn.log.</summary>
[ZeekEvent("event_2")]
public sealed partial record Conn(
    DateTimeOffset Ts, string Uid, ConnId Id, Transport Proto, string Service, TimeSpan Duration, ulong OrigBytes, ulong RespBytes, string State, bool LocalOrig,
    bool LocalResp, ulong Missed, string History, ulong OrigPkts, ulong OrigIpBytes, ulong RespPkts, ulong RespIpBytes, HashSet<string> Tunnels);

/// <summary>Payload 3: a table of 100 keys to sets of 10.</summary>
[ZeekEvent("event_3")]
public sealed partial record Tables(DateTimeOffset Ts, Dictionary<string, HashSet<string>> Table);

/// <summary>A request to scan a file, as docs/contract.md has it, its mail left out.</summary>
[ZeekEvent("MailScan::file_request")]
public sealed partial record FileRequest(FileRequestFields R);

[ZeekRecord]
public sealed partial record FileRequestFields(
    ulong Proto, string Node, ulong Incarnation, ulong Seqno, ulong Attempt, DateTimeOffset Ts, DateTimeOffset Sent, string Path, string Kind, string Source, string Fuid,
    string? ParentFuid, string? Uid, IPAddress? OrigH, ZeekPort? OrigP, IPAddress? RespH, ZeekPort? RespP, bool? IsOrig, byte[]? Filename, string? MimeType, byte[]? DeclaredType,
    ulong SeenBytes, ulong? TotalBytes, ulong MissingBytes, ulong OverflowBytes, bool Cutoff, bool Timedout, bool Complete, string? Sha256);

internal static class Payloads
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static readonly Random Random = new(42);

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000);

    public static Small Small { get; } = new(42, "test");

    public static Conn Conn { get; } = new(
        Now, Text(10), new ConnId(IPAddress.Parse("1.2.3.4"), Port(4567), IPAddress.Parse("3.4.5.6"), Port(80)), Transport.tcp, Text(10), TimeSpan.FromMilliseconds(3140), 1, 2, Text(5), true,
        false, 3, Text(10), 4, 5, 6, 7, [Text(10), Text(10)]);

    public static Tables Tables { get; } = new(
        Now, Enumerable.Range(0, 100).ToDictionary(_ => Text(15), _ => Enumerable.Range(0, 10).Select(_ => Text(5)).ToHashSet()));

    public static FileRequest FileRequest { get; } = new(new FileRequestFields(
        1, "sensor-1/worker-3", 1_700_000_000_000_000, 4711, 1, Now, Now, "/var/spool/mailscan/worker-3/" + Text(24), "part", "SMTP", "F" + Text(17), "F" + Text(17), "C" + Text(17),
        IPAddress.Parse("192.168.9.8"), Port(50123), IPAddress.Parse("10.0.0.25"), Port(25), true, "invoice 2026.pdf"u8.ToArray(), "application/pdf",
        "application/pdf; name=\"invoice 2026.pdf\""u8.ToArray(), 123_456, null, 0, 0, false, false, true, new string('a', 64)));

    public static byte[] Bytes(string name) => name switch
    {
        "small" => ZeekWire.Encode(Small),
        "conn.log" => ZeekWire.Encode(Conn),
        "table" => ZeekWire.Encode(Tables),
        _ => ZeekWire.Encode(FileRequest),
    };

    private static ZeekPort Port(ushort number) => new(number, ZeekPortProtocol.Tcp);

    private static string Text(int length) => new([.. Enumerable.Range(0, length).Select(_ => Letters[Random.Next(Letters.Length)])]);
}
