using System.Net;
using MailScanBridge.Intake;
using MailScanBridge.Replies;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;

namespace MailScanBridge.Tests;

/// <content>One of each event, every field with a value of its own.</content>
public sealed partial class ContractTests
{
    private static (IReadOnlyList<ZeekValue> Sound, Func<IReadOnlyList<ZeekValue>, ZeekEvent> Rebuild) Sample(string record)
    {
        var request = SensorEvents.Request(Make.Request(content: [1]));
        return record switch
        {
            "FileRequest" => (request.Args[0].AsVector(), fields => new ZeekEvent(request.Name, ZeekValue.FromVector([.. fields]))),
            "MailContext" => (
                request.Args[0].AsVector()[29].AsVector(),
                fields => new ZeekEvent(request.Name, ZeekValue.FromVector([.. request.Args[0].AsVector().Take(29), ZeekValue.FromVector([.. fields]), .. request.Args[0].AsVector().Skip(30)]))),
            "NodeHello" => (
                SensorEvents.Hello("n", 7, true, "/s", 1, s_time).Args[0].AsVector(), fields => new ZeekEvent("MailScan::node_hello", ZeekValue.FromVector([.. fields]))),
            "Ledger" => (SensorEvents.Ledger("n", 7, 1, s_time).Args[0].AsVector(), fields => new ZeekEvent("MailScan::ledger", ZeekValue.FromVector([.. fields]))),
            "verdict_ack" => (SensorEvents.Ack("n", 7, 1).Args, fields => new ZeekEvent("MailScan::verdict_ack", fields)),
            "node_drain" => (SensorEvents.Drain("n", 7, 1).Args, fields => new ZeekEvent("MailScan::node_drain", fields)),
            _ => (SensorEvents.Bye("n", 7, true, 1).Args, fields => new ZeekEvent("MailScan::node_bye", fields)),
        };
    }

    /// <summary>What the daemon sends, and the same with the names of docs/contract.md; each value is there once.</summary>
    private static (IReadOnlyList<ZeekValue> Values, Dictionary<string, ZeekValue> Named) Encoded(string record)
    {
        var request = Make.Request(31, node: "node") with
        {
            Incarnation = 32,
            Kind = "kind",
            Source = "source",
            Fuid = "fuid",
            ParentFuid = "parent",
            Uid = "uid",
            MimeType = "a/b",
            Filename = "name"u8.ToArray(),
            OrigH = IPAddress.Parse("192.0.2.1"),
            RespH = IPAddress.Parse("192.0.2.2"),
            OrigP = new ZeekPort(1, ZeekPortProtocol.Tcp),
            RespP = new ZeekPort(2, ZeekPortProtocol.Udp),
            Ts = s_time,
            Mail = Make.Request().Mail! with { MailFrom = "from"u8.ToArray(), RcptTo = ["to"u8.ToArray()], Subject = "subject"u8.ToArray(), MsgId = "id"u8.ToArray() },
        };
        var verdict = Make.Verdict(VerdictKind.Unscanned) with
        {
            Epoch = 33,
            Reason = "reason",
            Detail = "detail",
            Score = 34,
            Names = ["n"],
            Tools = ["t"],
            PartsFound = 35,
            PartsScanned = 36,
            Sha256 = "sha",
            Size = 37,
            DetectedType = "c/d",
            ScanTime = TimeSpan.FromSeconds(3),
            Revision = 38,
        };
        return record switch
        {
            "Verdict" => (SensorEvents.Untyped(VerdictEvent.From(request, verdict)).Args[0].AsVector(), new()
            {
                ["proto"] = ZeekValue.FromCount(EventDecoder.Proto),
                ["node"] = Text("node"),
                ["incarnation"] = ZeekValue.FromCount(32),
                ["seqno"] = ZeekValue.FromCount(31),
                ["epoch"] = ZeekValue.FromCount(33),
                ["verdict"] = Text("unscanned"),
                ["reason"] = Text("reason"),
                ["detail"] = Text("detail"),
                ["score"] = ZeekValue.FromCount(34),
                ["names"] = List("n"),
                ["tools"] = List("t"),
                ["parts_found"] = ZeekValue.FromCount(35),
                ["parts_scanned"] = ZeekValue.FromCount(36),
                ["sha256"] = Text("sha"),
                ["size"] = ZeekValue.FromCount(37),
                ["detected_type"] = Text("c/d"),
                ["scan_time"] = ZeekValue.FromInterval(TimeSpan.FromSeconds(3)),
                ["ts"] = ZeekValue.FromTime(s_time),
                ["kind"] = Text("kind"),
                ["source"] = Text("source"),
                ["fuid"] = Text("fuid"),
                ["parent_fuid"] = Text("parent"),
                ["uid"] = Text("uid"),
                ["orig_h"] = ZeekValue.FromAddress(IPAddress.Parse("192.0.2.1")),
                ["orig_p"] = ZeekValue.FromPort(1, ZeekPortProtocol.Tcp),
                ["resp_h"] = ZeekValue.FromAddress(IPAddress.Parse("192.0.2.2")),
                ["resp_p"] = ZeekValue.FromPort(2, ZeekPortProtocol.Udp),
                ["is_orig"] = ZeekValue.FromBool(true),
                ["filename"] = Text("name"),
                ["mime_type"] = Text("a/b"),
                ["mailfrom"] = Text("from"),
                ["rcptto"] = List("to"),
                ["subject"] = Text("subject"),
                ["msg_id"] = Text("id"),
                ["revision"] = ZeekValue.FromCount(38),
            }),
            "BridgeStatus" => (SensorEvents.Untyped(new BridgeStatusEvent(new BridgeStatus(1, "b", 2, "v", s_time, TimeSpan.FromSeconds(3), 4, 5, 6, "r", "n", 7, "/s"))).Args[0].AsVector(), new()
            {
                ["proto"] = ZeekValue.FromCount(1),
                ["bridge"] = Text("b"),
                ["epoch"] = ZeekValue.FromCount(2),
                ["version"] = Text("v"),
                ["sent"] = ZeekValue.FromTime(s_time),
                ["heartbeat"] = ZeekValue.FromInterval(TimeSpan.FromSeconds(3)),
                ["credit"] = ZeekValue.FromCount(4),
                ["queue"] = ZeekValue.FromCount(5),
                ["level"] = ZeekValue.FromCount(6),
                ["rules"] = Text("r"),
                ["ack_node"] = Text("n"),
                ["ack_incarnation"] = ZeekValue.FromCount(7),
                ["spool"] = Text("/s"),
            }),
            "accepted" => (SensorEvents.Untyped(new Accepted("n", 7, [1, 2], s_time)).Args, new()
            {
                ["node"] = Text("n"),
                ["incarnation"] = ZeekValue.FromCount(7),
                ["seqnos"] = ZeekValue.FromVector([ZeekValue.FromCount(1), ZeekValue.FromCount(2)]),
                ["answer_by"] = ZeekValue.FromTime(s_time),
            }),
            _ => (SensorEvents.Untyped(new BridgeBye("b", 7, "r")).Args, new() { ["bridge"] = Text("b"), ["epoch"] = ZeekValue.FromCount(7), ["reason"] = Text("r") }),
        };

        static ZeekValue Text(string text) => ZeekValue.FromString(text);

        static ZeekValue List(string item) => ZeekValue.FromVector([ZeekValue.FromString(item)]);
    }
}
