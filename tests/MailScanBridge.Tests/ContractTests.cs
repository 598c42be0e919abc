using System.Net;
using System.Text.RegularExpressions;
using MailScanBridge.Intake;
using MailScanBridge.Replies;
using MailScanBridge.Response;
using MailScanBridge.Tests.Support;
using MailScanBridge.Urls;
using MailScanBridge.Zeek;
using Xunit;

namespace MailScanBridge.Tests;

/// <summary>docs/contract.md, the Zeek declarations and the C# decoders and encoders say the same.</summary>
public sealed partial class ContractTests
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "contract.md"));

    private static readonly Dictionary<string, ZeekKind> s_kinds = new()
    {
        ["count"] = ZeekKind.Count,
        ["string"] = ZeekKind.String,
        ["bool"] = ZeekKind.Boolean,
        ["time"] = ZeekKind.Time,
        ["interval"] = ZeekKind.Interval,
        ["addr"] = ZeekKind.Address,
        ["port"] = ZeekKind.Port,
        ["vector of string"] = ZeekKind.Vector,
        ["vector of count"] = ZeekKind.Vector,
        ["MailContext"] = ZeekKind.Vector,
        ["table[string] of string"] = ZeekKind.Table,
    };

    /// <summary>A field as the page or the script declares it.</summary>
    private sealed record Field(string Name, string Type, bool Optional);

    public static TheoryData<string> Incoming => ["NodeHello", "FileRequest", "MailContext", "verdict_ack", "node_drain", "node_bye", "Ledger"];

    public static TheoryData<string> Outgoing => ["BridgeStatus", "Verdict", "accepted", "bridge_bye"];

    [Theory]
    [MemberData(nameof(Incoming))]
    public void What_is_decoded_has_the_pages_fields_in_the_pages_order(string record)
    {
        var (sound, rebuild) = Sample(record);
        var page = Page(record);

        Assert.Equal(page.Select(f => f.Name), Enumerable.Range(0, sound.Count).Select(n => Missing(rebuild([.. sound.Take(n)]))));
        for (var at = 0; at < page.Count; at++)
        {
            Assert.Equal($"{page[at].Name}: {page[at].Type}", Expected(rebuild(Replaced(sound, at, ZeekValue.FromReal(1))), "double"));
            Assert.Equal($"{page[at].Name}: {page[at].Optional}", $"{page[at].Name}: {Passes(rebuild(Replaced(sound, at, ZeekValue.None)))}");
            if (page[at].Type.StartsWith("vector of ", StringComparison.Ordinal))
            {
                Assert.Equal($"{page[at].Name}: {page[at].Type}", Expected(rebuild(Replaced(sound, at, ZeekValue.FromVector([ZeekValue.FromReal(1)]))), "an item of type double"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Outgoing))]
    public void What_is_encoded_has_the_pages_fields_in_the_pages_order(string record)
    {
        var (values, named) = Encoded(record);
        var page = Page(record);

        Assert.Equal(named.Keys, page.Select(f => f.Name));
        Assert.Equal(named.Values, values);
        Assert.Equal(page.Select(f => s_kinds[f.Type]), values.Select(v => v.Kind));
        Assert.Equal(values.Count, values.Distinct().Count());
    }

    [Fact]
    public void The_typed_records_declare_what_the_page_says()
    {
        Assert.Equal(Page("NodeHello"), Typed<NodeHello>());
        Assert.Equal(Page("FileRequest"), Typed<FileRequest>());
        Assert.Equal(Page("MailContext"), Typed<MailContext>());
        Assert.Equal(Page("BridgeStatus"), Typed<BridgeStatus>());
        Assert.Equal(Page("Verdict"), Typed<VerdictRecord>());
        Assert.Equal(Page("Ledger"), Typed<Ledger>());
        Assert.Equal(Page("BridgeLedger"), Typed<BridgeLedger>());
        Assert.Equal(Page("verdict_ack"), Arguments<VerdictAck>());
        Assert.Equal(Page("node_drain"), Arguments<NodeDrain>());
        Assert.Equal(Page("node_bye"), Arguments<NodeBye>());
        Assert.Equal(Page("accepted"), Arguments<Accepted>());
        Assert.Equal(Page("bridge_bye"), Arguments<BridgeBye>());

        static IEnumerable<Field> Typed<T>()
            where T : IZeekRecord<T> => T.Fields.Select(f => new Field(f.Name, f.Type, f.Optional));

        static IEnumerable<Field> Arguments<T>()
            where T : IZeekEvent<T> => T.Fields.Select(f => new Field(f.Name, f.Type, f.Optional));
    }

    [Fact]
    public void A_verdict_without_what_is_optional_has_none_there_and_only_there()
    {
        var request = Make.Bare(Make.Request());

        var values = SensorEvents.Untyped(VerdictEvent.From(request, Make.Verdict())).Args[0].AsVector();

        Assert.Equal(Page("Verdict").Select(f => f.Optional), values.Select(v => v.IsNone));
    }

    [Fact]
    public void The_Zeek_scripts_declare_what_the_page_says()
    {
        var scripts = Path.Combine(Repository.Root, "zeek-scripts", "scripts");
        Assert.SkipUnless(Directory.Exists(scripts), "the Zeek scripts are not in this tree");
        var script = string.Concat(new[] { "api-records.zeek", "api.zeek" }.Select(f => File.ReadAllText(Path.Combine(scripts, f))));

        foreach (var record in (string[])["NodeHello", "FileRequest", "MailContext", "BridgeStatus", "Verdict", "Ledger", "BridgeLedger", "UrlRequest", "UrlVerdict", "Drop"])
        {
            var body = Regex.Match(script, $@"type {record}: record \{{(.*?)\n\t\}};", RegexOptions.Singleline).Groups[1].Value;
            Assert.Equal(Page(record), ZeekField().Matches(body).Select(m => new Field(m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Success)));
        }

        foreach (var name in (string[])["verdict_ack", "node_drain", "node_bye", "accepted", "bridge_bye", "undrop", "drop_result"])
        {
            Assert.Equal(Page(name), Arguments(Regex.Match(script, $@"global {name}: event\((.*?)\);").Groups[1].Value));
        }

        foreach (var name in (string[])["node_hello(h: NodeHello)", "file_request(r: FileRequest)", "bridge_status(s: BridgeStatus)", "verdict(v: Verdict)", "ledger(l: Ledger)", "bridge_ledger(l: BridgeLedger)", "url_request(r: UrlRequest)", "url_verdict(v: UrlVerdict)", "drop(d: Drop)"])
        {
            Assert.Contains($"`MailScan::{name}`", s_page, StringComparison.Ordinal);
            Assert.Contains($"global {name.Replace("(", ": event(", StringComparison.Ordinal)};", script, StringComparison.Ordinal);
        }

        Assert.Contains($"const proto: count = {EventDecoder.Proto};", script, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_lists_every_reason_and_every_verdict()
    {
        var reasons = typeof(Reasons).GetFields().Select(f => (string)f.GetRawConstantValue()!);

        Assert.Equal(reasons.Order(), ReasonRow().Matches(s_page).Select(m => m.Groups[1].Value).Order());
        Assert.All(Enum.GetValues<VerdictKind>(), k => Assert.Contains($"`{Words.Of(k)}`", s_page, StringComparison.Ordinal));
    }

    public static TheoryData<string, Type> Typed => new()
    {
        { "Ledger", typeof(Ledger) },
        { "BridgeLedger", typeof(BridgeLedger) },
        { "UrlRequest", typeof(UrlRequest) },
        { "UrlVerdict", typeof(UrlVerdict) },
        { "Drop", typeof(Drop) },
        { "undrop", typeof(UndropEvent) },
        { "drop_result", typeof(DropResultEvent) },
    };

    [Theory]
    [MemberData(nameof(Typed))]
    public void Typed_records_have_the_pages_fields_in_the_pages_order(string record, Type type)
    {
        var nullability = new System.Reflection.NullabilityInfoContext();
        var declared = type.GetConstructors().Single(c => c.GetParameters().Length > 1).GetParameters().Select(p => new Field(
            Regex.Replace(p.Name!, "(?<=[a-z0-9])(?=[A-Z])", "_").ToLowerInvariant(),
            s_types[Nullable.GetUnderlyingType(p.ParameterType) ?? p.ParameterType],
            Nullable.GetUnderlyingType(p.ParameterType) is not null || nullability.Create(p).WriteState == System.Reflection.NullabilityState.Nullable));

        Assert.Equal(Page(record), declared);
    }

    private static readonly Dictionary<Type, string> s_types = new()
    {
        [typeof(ulong)] = "count",
        [typeof(string)] = "string",
        [typeof(byte[])] = "string",
        [typeof(bool)] = "bool",
        [typeof(DateTimeOffset)] = "time",
        [typeof(TimeSpan)] = "interval",
        [typeof(IPAddress)] = "addr",
        [typeof(ZeekPort)] = "port",
        [typeof(ZeekSubnet)] = "subnet",
        [typeof(IReadOnlyList<string>)] = "vector of string",
    };

    private static List<Field> Page(string record)
    {
        var heading = record switch
        {
            "NodeHello" => "### `MailScan::node_hello(",
            "FileRequest" => "### `MailScan::file_request(",
            "BridgeStatus" => "### `MailScan::bridge_status(",
            "Verdict" => "### `MailScan::verdict(",
            "Ledger" => "### `MailScan::ledger(",
            "BridgeLedger" => "### `MailScan::bridge_ledger(",
            "UrlRequest" => "### `MailScan::url_request(",
            "UrlVerdict" => "### `MailScan::url_verdict(",
            "Drop" => "### `MailScan::drop(",
            "MailContext" => "### record `MailContext`",
            _ => $"### `MailScan::{record}(",
        };
        var start = s_page.IndexOf(heading, StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/contract.md has no heading {heading}");
        var end = s_page.IndexOf("\n##", start + 4, StringComparison.Ordinal);
        var section = s_page[start..(end < 0 ? s_page.Length : end)];
        if (char.IsLower(record[0]))
        {
            return Arguments(section[heading.Length..section.IndexOf(")`", StringComparison.Ordinal)]);
        }

        var rows = PageRow().Matches(section);
        Assert.Equal(Enumerable.Range(1, rows.Count), rows.Select(r => int.Parse(r.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
        return [.. rows.Select(r => new Field(r.Groups[2].Value, r.Groups[3].Value.Replace(" &optional", "", StringComparison.Ordinal), r.Groups[3].Value.EndsWith("&optional", StringComparison.Ordinal)))];
    }

    private static List<Field> Arguments(string list) => [.. list.Split(", ").Select(a => a.Split(": ")).Select(a => new Field(a[0], a[1], false))];

    private static List<ZeekValue> Replaced(IReadOnlyList<ZeekValue> fields, int at, ZeekValue value)
    {
        List<ZeekValue> result = [.. fields];
        result[at] = value;
        return result;
    }

    private static bool Passes(ZeekEvent e)
    {
        try
        {
            return EventDecoder.Decode(e.Name, ZeekWire.Encode(e)) is not null;
        }
        catch (MalformedEventException)
        {
            return false;
        }
    }

    /// <summary>The field that the decoder misses, from its complaint.</summary>
    private static string Missing(ZeekEvent e) => Complaint(e, @"field (\w+): .* belongs here, but nothing, since only \d+ of \d+ fields came")[0];

    /// <summary>The field that has another type, and the type that belongs there, from the complaint.</summary>
    private static string Expected(ZeekEvent e, string found) => Complaint(e, $@"field (\w+): ([\w \[\]]+) belongs here, but {found} came") is [var field, var type] ? $"{field}: {type}" : "";

    private static string[] Complaint(ZeekEvent e, string pattern)
    {
        var message = Assert.Throws<MalformedEventException>(() => EventDecoder.Decode(e.Name, ZeekWire.Encode(e))).Message;
        var match = Regex.Match(message, pattern);
        Assert.True(match.Success, message);
        return [.. match.Groups.Values.Skip(1).Select(g => g.Value)];
    }

    [GeneratedRegex(@"^\| (\d+) \| `(\w+)` \| ([^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex PageRow();

    [GeneratedRegex(@"^\| `(\w+)` \| [^|`]", RegexOptions.Multiline)]
    private static partial Regex ReasonRow();

    [GeneratedRegex(@"^\t\t(\w+): ([\w \[\]]+?)( &optional)?(?: &default=[\w()]+)?;", RegexOptions.Multiline)]
    private static partial Regex ZeekField();
}
