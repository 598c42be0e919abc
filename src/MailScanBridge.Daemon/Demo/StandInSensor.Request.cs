using System.Net;
using System.Security.Cryptography;
using MailScanBridge.Intake;
using MailScanBridge.Zeek;

namespace MailScanBridge.Daemon.Demo;

/// <content>What the sensor says of a file.</content>
internal sealed partial class StandInSensor
{
    private FileRequest Request(SensorFile file, string path, DateTimeOffset now) => new()
    {
        Proto = EventDecoder.Proto,
        Node = options.Node,
        Incarnation = _incarnation,
        Seqno = ++_seqno,
        Attempt = 1,
        Ts = now,
        Sent = now,
        Path = path,
        Kind = file.Kind,
        Source = "SMTP",
        Fuid = file.Kind == "message" ? FuidOf(file.Family) : NewId('F', _random),
        ParentFuid = file.Kind == "message" ? null : FuidOf(file.Family),
        Uid = NewId('C', _random),
        OrigH = IPAddress.Parse("192.0.2.10"),
        OrigP = new ZeekPort((ushort)(1024 + (_seqno % 60000)), ZeekPortProtocol.Tcp),
        RespH = IPAddress.Parse("198.51.100.25"),
        RespP = new ZeekPort(25, ZeekPortProtocol.Tcp),
        IsOrig = true,
        Filename = file.Filename,
        DeclaredType = file.DeclaredType,
        SeenBytes = (ulong)file.Content.Length,
        MissingBytes = file.Missing,
        OverflowBytes = 0,
        Cutoff = false,
        TimedOut = false,
        Complete = file.Missing == 0,
        Sha256 = file.Missing == 0 ? Convert.ToHexStringLower(SHA256.HashData(file.Content)) : null,
        Mail = file.Mail,
    };

    /// <summary>An identifier in Zeek's manner: a letter and 17 letters and digits.</summary>
    private static string NewId(char letter, Random random) =>
        letter + new string(random.GetItems<char>("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 17));

    /// <summary>The whole mail's, which its parts name as their parent.</summary>
    private string FuidOf(object family) => _families.TryGetValue(family, out var fuid) ? fuid : _families[family] = NewId('F', _random);
}
