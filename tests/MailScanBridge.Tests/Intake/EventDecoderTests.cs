using CsCheck;
using MailScanBridge.Intake;
using MailScanBridge.Replies;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;
using Xunit;

namespace MailScanBridge.Tests.Intake;

public sealed class EventDecoderTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly ZeekEvent s_request = SensorEvents.Request(Make.Request(content: [1]));
    private static readonly ZeekEvent s_hello = SensorEvents.Hello("node", 7, true, "/spool", 3, s_now);

    private static readonly ZeekEvent[] s_all =
        [s_request, s_hello, SensorEvents.Ack("node", 7, 1), SensorEvents.Drain("node", 7, 1), SensorEvents.Bye("node", 7, true, 1), SensorEvents.Ledger("node", 7, 9, s_now)];

    [Fact]
    public void A_request_is_decoded_field_by_field()
    {
        var decoded = Assert.IsType<FileRequest>(Decode(s_request));

        Assert.Equal(s_request, SensorEvents.Request(decoded));
        Assert.Equal("a.txt"u8.ToArray(), decoded.Filename);
        Assert.Equal(new ZeekPort(25, ZeekPortProtocol.Tcp), decoded.RespP);
        Assert.Equal("b@example.org"u8.ToArray(), Assert.Single(decoded.Mail!.RcptTo));
    }

    [Fact]
    public void A_request_without_its_optional_fields_is_decoded()
    {
        var request = Make.Bare(Make.Request());

        var decoded = Assert.IsType<FileRequest>(Decode(SensorEvents.Request(request)));

        Assert.Empty(decoded.Meta);
        Assert.Equal(request, decoded with { Meta = request.Meta });
    }

    [Fact]
    public void The_other_events_are_decoded()
    {
        Assert.Equal(new NodeHello(EventDecoder.Proto, "node", 7, "8.2.2", true, "/spool", 3, s_now), Decode(s_hello));
        Assert.Equal([1UL], Assert.IsType<VerdictAck>(Decode(s_all[2])).Seqnos);
        Assert.Equal(new NodeDrain("node", 7, 1), Decode(s_all[3]));
        Assert.Equal(new NodeBye("node", 7, true, 1), Decode(s_all[4]));
        Assert.Equal(new Ledger(EventDecoder.Proto, "node", 7, s_now, 9, 1, 2, 3, 4, 5, 6, 7, 8), Decode(s_all[5]));
    }

    [Fact]
    public void Each_acknowledged_seqno_has_a_revision() => Assert.Contains(
        "revisions: expected one for each of 2 seqnos, found 1", AssertMalformed(SensorEvents.Untyped(new VerdictAck("n", 7, [1, 2], [1]))), StringComparison.Ordinal);

    [Fact]
    public void A_seqno_that_cannot_be_counted_with_is_refused()
    {
        Assert.Contains("asked: expected 0 to", AssertMalformed(SensorEvents.Ledger("n", 7, ulong.MaxValue, s_now)), StringComparison.Ordinal);
        Assert.Contains("seqno: expected 1 to", AssertMalformed(SensorEvents.Request(Make.Request(ulong.MaxValue))), StringComparison.Ordinal);

        // It would count as one that arrived and as none that was asked: one less than none would be missing.
        Assert.Contains("seqno: expected 1 to", AssertMalformed(SensorEvents.Request(Make.Request(0))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ports_place_in_the_journal_is_a_pair_of_number_and_protocol()
    {
        var blob = MessagePack.MessagePackSerializer.Serialize(Make.Request(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Contains("92cd040101", Convert.ToHexStringLower(blob), StringComparison.Ordinal); // 1025/tcp
        var read = MessagePack.MessagePackSerializer.Deserialize<FileRequest>(blob, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((Make.Request().OrigP, Make.Request().RespP), (read.OrigP, read.RespP));
    }

    [Theory]
    [InlineData("MailScan::verdict")]
    [InlineData("MailScan::File_request")]
    [InlineData("file_request")]
    [InlineData("MailScan::file_request\n")]
    public void An_event_that_is_none_of_ours_is_none(string name) => Assert.Null(Decode(s_request with { Name = name }));

    [Fact]
    public void Each_field_that_is_missing_is_named()
    {
        foreach (var e in s_all)
        {
            foreach (var (fields, rebuild) in Levels(e))
            {
                for (var count = 0; count < fields.Count; count++)
                {
                    Assert.Contains($"nothing, since only {count} of {fields.Count} fields came", AssertMalformed(rebuild([.. fields.Take(count)])), StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void Each_field_of_another_type_is_named_and_none_only_passes_for_optional_ones()
    {
        ZeekValue[] others = [ZeekValue.FromReal(1), ZeekValue.FromEnum("X::Y"), ZeekValue.FromInteger(1), ZeekValue.FromVector([ZeekValue.FromReal(1)])];
        var optional = 0;
        foreach (var e in s_all)
        {
            foreach (var (fields, rebuild) in Levels(e))
            {
                for (var at = 0; at < fields.Count; at++)
                {
                    foreach (var other in others)
                    {
                        AssertMalformed(rebuild(Replaced(fields, at, other)));
                    }

                    try
                    {
                        Decode(rebuild(Replaced(fields, at, ZeekValue.None)));
                        optional++;
                    }
                    catch (MalformedEventException)
                    {
                        // A field that must be there.
                    }
                }
            }
        }

        // docs/contract.md: 13 of FileRequest, 9 of MailContext.
        Assert.Equal(22, optional);
    }

    [Fact]
    public void Fields_that_a_newer_package_adds_are_ignored()
    {
        foreach (var e in s_all)
        {
            foreach (var (fields, rebuild) in Levels(e))
            {
                Assert.Equivalent(Decode(s_all[4]), Decode(s_all[4]));
                Assert.NotNull(Decode(rebuild([.. fields, ZeekValue.FromString("new"), ZeekValue.None])));
            }
        }
    }

    [Fact]
    public void A_proto_below_ours_is_refused_and_a_later_one_is_not()
    {
        Assert.Contains("proto 0", AssertMalformed(SensorEvents.Request(Make.Request() with { Proto = 0 })), StringComparison.Ordinal);
        Assert.Equal(3UL, Assert.IsType<FileRequest>(Decode(SensorEvents.Request(Make.Request() with { Proto = 3 }))).Proto);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    [InlineData("a\u0085b")]
    public void A_node_name_is_text_without_control_characters(string node) => AssertMalformed(SensorEvents.Bye(node, 7, true, 1));

    [Fact]
    public void A_node_name_has_at_most_255_bytes()
    {
        Assert.NotNull(Decode(SensorEvents.Bye(new string('n', 255), 7, true, 1)));
        AssertMalformed(SensorEvents.Bye(new string('n', 256), 7, true, 1));
        AssertMalformed(SensorEvents.Bye(new string('ü', 128), 7, true, 1));
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_pass_where_the_wire_decides_and_nowhere_else()
    {
        var fields = s_request.Args[0].AsVector();
        byte[] bad = [(byte)'a', 0xff];

        Assert.Equal(bad, Assert.IsType<FileRequest>(Decode(Rebuild(Replaced(fields, 18, ZeekValue.FromBytes(bad))))).Filename);
        Assert.Contains("UTF-8", AssertMalformed(Rebuild(Replaced(fields, 7, ZeekValue.FromBytes(bad)))), StringComparison.Ordinal);
        Assert.Contains("UTF-8", AssertMalformed(Rebuild(Replaced(fields, 1, ZeekValue.FromBytes(bad)))), StringComparison.Ordinal);

        static ZeekEvent Rebuild(IReadOnlyList<ZeekValue> fields) => new("MailScan::file_request", ZeekValue.FromVector([.. fields]));
    }

    [Fact]
    public void Strings_vectors_and_records_have_limits()
    {
        var request = Make.Request();
        Assert.NotNull(Decode(request with { Filename = new byte[128 * 1024] }));
        AssertMalformed(SensorEvents.Request(request with { Filename = new byte[128 * 1024 + 1] }));
        Assert.NotNull(Decode(request with { Mail = request.Mail! with { RcptTo = [.. Enumerable.Repeat(new byte[10], 10_000)] } }));
        AssertMalformed(SensorEvents.Request(request with { Mail = request.Mail! with { RcptTo = [.. Enumerable.Repeat(new byte[10], 10_001)] } }));
        Assert.NotNull(Decode(request with { Mail = request.Mail! with { RcptTo = [.. Enumerable.Repeat(new byte[100_000], 20)] } }));
        Assert.Contains("at most 2097152 bytes", AssertMalformed(SensorEvents.Request(request with { Mail = request.Mail! with { RcptTo = [.. Enumerable.Repeat(new byte[100_000], 21)] } })), StringComparison.Ordinal);
        AssertMalformed(new ZeekEvent("MailScan::verdict_ack", ZeekValue.FromString("n"), ZeekValue.FromCount(1), ZeekValue.FromVector([.. Enumerable.Repeat(ZeekValue.FromCount(1), 10_001)])));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    public void A_time_before_1970_is_refused(long nanoseconds) =>
        AssertMalformed(new ZeekEvent("MailScan::file_request", ZeekValue.FromVector([.. Replaced(s_request.Args[0].AsVector(), 5, ZeekValue.FromTimeNanoseconds(nanoseconds))])));

    [Fact]
    public void A_complaint_is_one_printable_line()
    {
        var message = AssertMalformed(SensorEvents.Bye("a\n\u001b[31m\u202e", 7, true, 1));

        PrintableTests.AssertPrintable(message);
        Assert.InRange(message.Length, 1, 400);
    }

    [Fact]
    public void Whatever_values_arrive_a_record_that_can_be_answered_or_a_complaint_comes_out()
    {
        var scalar = Gen.OneOf(
            Gen.Const(ZeekValue.None),
            Gen.Bool.Select(ZeekValue.FromBool),
            Gen.ULong.Select(ZeekValue.FromCount),
            Gen.Long.Select(ZeekValue.FromInteger),
            Gen.Double.Select(ZeekValue.FromReal),
            Gen.String.Select(ZeekValue.FromString),
            Gen.Byte.Array[0, 40].Select(b => ZeekValue.FromBytes(b)),
            Gen.Long.Select(ZeekValue.FromTimeNanoseconds),
            Gen.Long.Select(ZeekValue.FromIntervalNanoseconds),
            Gen.Byte.Array[16].Select(b => ZeekValue.FromAddress(new System.Net.IPAddress(b))),
            Gen.Select(Gen.UShort, Gen.Int[0, 3], (n, p) => ZeekValue.FromPort(n, (ZeekPortProtocol)p)),
            Gen.Const(ZeekValue.FromEnum("A::B")));
        var value = Gen.Recursive<ZeekValue>((depth, inner) => depth > 3 ? scalar : Gen.Frequency((4, scalar), (1, inner.Array[0, 5].Select(items => ZeekValue.FromVector(items)))));
        var decoded = 0;
        var refused = 0;
        // Sound events with a few fields replaced, so that most of the decoder is passed.
        Gen.Select(Gen.Int[0, s_all.Length - 1], Gen.Select(Gen.Int[0, 40], value).Array[0, 3], Gen.Bool).Sample((which, changes, inMail) =>
        {
            var levels = Levels(s_all[which]);
            var (fields, rebuild) = inMail ? levels[^1] : levels[0];
            List<ZeekValue> changed = [.. fields];
            foreach (var (at, v) in changes)
            {
                changed[at % changed.Count] = v;
            }

            try
            {
                if (Decode(rebuild(changed)) is FileRequest request)
                {
                    _ = ZeekWire.Encode(VerdictEvent.From(request, Make.Verdict()));
                    _ = MailScanBridge.Queue.JournalFormat.ReadRequest(MailScanBridge.Queue.JournalFormat.Write(new ScanRequest { File = request }));
                }

                Interlocked.Increment(ref decoded);
            }
            catch (MalformedEventException)
            {
                Interlocked.Increment(ref refused);
            }
        }, iter: 5000);

        Assert.True(decoded > 100 && refused > 100, $"{decoded} decoded, {refused} refused: one side was hardly tried");
    }

    /// <summary>The levels of an event at which fields can be changed: its record's (or its own) and, of a request, the mail's.</summary>
    private static List<(IReadOnlyList<ZeekValue> Fields, Func<IReadOnlyList<ZeekValue>, ZeekEvent> Rebuild)> Levels(ZeekEvent e)
    {
        if (e.Args.Count > 1)
        {
            return [(e.Args, fields => new ZeekEvent(e.Name, fields))];
        }

        var record = e.Args[0].AsVector();
        List<(IReadOnlyList<ZeekValue>, Func<IReadOnlyList<ZeekValue>, ZeekEvent>)> levels = [(record, fields => new ZeekEvent(e.Name, ZeekValue.FromVector([.. fields])))];
        if (record.Count == 31)
        {
            levels.Add((record[29].AsVector(), mail => new ZeekEvent(e.Name, ZeekValue.FromVector([.. Replaced(record, 29, ZeekValue.FromVector([.. mail]))]))));
        }

        return levels;
    }

    private static List<ZeekValue> Replaced(IReadOnlyList<ZeekValue> fields, int at, ZeekValue value)
    {
        List<ZeekValue> result = [.. fields];
        result[at] = value;
        return result;
    }

    private static object? Decode(FileRequest request) => Decode(SensorEvents.Request(request));

    private static object? Decode(ZeekEvent e) => EventDecoder.Decode(e.Name, ZeekWire.Encode(e));

    private static string AssertMalformed(ZeekEvent e) => Assert.Throws<MalformedEventException>(() => Decode(e)).Message;
}
