using System.Net;

namespace MailScanBridge.Zeek.Tests.Typed;

// The types of Vectors/vectors.zeek, as a user would declare them.
[ZeekEnum("Vec")]
public enum Color
{
    Red,
    Green,
    Blue,
}

[ZeekEnum("Notice")]
public enum NoticeType
{
    [ZeekName("Tally")]
    Sum,
}

[ZeekRecord]
public sealed partial record Inner(ulong A, string? B);

[ZeekRecord]
public sealed partial record Outer(
    string Id, ulong? N, Inner Inner, Inner? Opt, IReadOnlySet<string> Tags, DateTimeOffset At, TimeSpan Took, IReadOnlyList<ulong> Xs);

// Zeek has records without fields, there to be extended by scripts.
[ZeekRecord]
public sealed partial record ConnIdContext();

[ZeekRecord]
public sealed partial record ConnId(IPAddress OrigH, ZeekPort OrigP, IPAddress RespH, ZeekPort RespP, ulong Proto, ConnIdContext Ctx);

[ZeekEvent("Vec::v_bool")]
public sealed partial record VBool(string Name, bool V);

[ZeekEvent("Vec::v_count")]
public sealed partial record VCount(string Name, ulong V);

[ZeekEvent("Vec::v_int")]
public sealed partial record VInt(string Name, long V);

[ZeekEvent("Vec::v_double")]
public sealed partial record VDouble(string Name, double V);

[ZeekEvent("Vec::v_string")]
public sealed partial record VString(string Name, byte[] V);

[ZeekEvent("Vec::v_addr")]
public sealed partial record VAddr(string Name, IPAddress V);

[ZeekEvent("Vec::v_subnet")]
public sealed partial record VSubnet(string Name, ZeekSubnet V);

[ZeekEvent("Vec::v_port")]
public sealed partial record VPort(string Name, ZeekPort V);

[ZeekEvent("Vec::v_time")]
public sealed partial record VTime(string Name, DateTimeOffset V);

[ZeekEvent("Vec::v_interval")]
public sealed partial record VInterval(string Name, TimeSpan V);

[ZeekEvent("Vec::v_enum")]
public sealed partial record VEnum(string Name, Color V);

[ZeekEvent("Vec::v_notice")]
public sealed partial record VNotice(string Name, NoticeType V);

[ZeekEvent("Vec::v_set_count")]
public sealed partial record VSetCount(string Name, HashSet<ulong> V);

[ZeekEvent("Vec::v_set_string")]
public sealed partial record VSetString(string Name, IReadOnlySet<string> V);

[ZeekEvent("Vec::v_set_addr")]
public sealed partial record VSetAddr(string Name, HashSet<IPAddress> V);

[ZeekEvent("Vec::v_set_compound")]
public sealed partial record VSetCompound(string Name, HashSet<(IPAddress Host, ZeekPort Port)> V);

[ZeekEvent("Vec::v_table")]
public sealed partial record VTable(string Name, IReadOnlyDictionary<string, ulong> V);

[ZeekEvent("Vec::v_table_compound")]
public sealed partial record VTableCompound(string Name, Dictionary<(IPAddress, ZeekPort), string> V);

[ZeekEvent("Vec::v_vec_string")]
public sealed partial record VVecString(string Name, List<string> V);

[ZeekEvent("Vec::v_vec_vec")]
public sealed partial record VVecVec(string Name, ulong[][] V);

[ZeekEvent("Vec::v_inner")]
public sealed partial record VInner(string Name, Inner V);

[ZeekEvent("Vec::v_outer")]
public sealed partial record VOuter(string Name, Outer V);

[ZeekEvent("Vec::v_pattern")]
public sealed partial record VPattern(string Name, IReadOnlyList<string> V);

[ZeekEvent("Vec::v_any")]
public sealed partial record VAny(string Name, ZeekValue V);

[ZeekEvent("Vec::v_connid")]
public sealed partial record VConnId(string Name, ConnId V);

[ZeekEvent("Vec::v_none")]
public sealed partial record VNone();

[ZeekEvent("Vec::v_many")]
public sealed partial record VMany(uint A, string B, IPAddress C, ZeekPort D, DateTimeOffset E, bool F);
