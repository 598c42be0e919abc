using System.Diagnostics;
using System.Net;

namespace MailScanBridge.Zeek.Tests.Typed;

[ZeekRecord]
public sealed partial record Key(ulong A, DateTimeOffset At, Key? Next);

/// <summary>A key with an equality of its own, which its hash follows.</summary>
[ZeekRecord]
public sealed partial record Loose(ulong A, ulong B)
{
    public bool Equals(Loose? other) => other is not null && A == other.A;

    public override int GetHashCode() => A.GetHashCode();
}

/// <summary>A key with a member that is no field of its own and changes: it is no part of its equality.</summary>
[ZeekRecord]
public readonly partial record struct Dated(ulong A, double R)
{
    public long Now => Environment.TickCount64 + A.GetHashCode();
}

[ZeekEvent("Test::keys")]
public sealed partial record Keys(
    IReadOnlySet<ulong> Counts, IReadOnlySet<long> Ints, IReadOnlySet<double> Reals, IReadOnlySet<TimeSpan> Intervals, IReadOnlySet<DateTimeOffset> Times, IReadOnlySet<IPAddress> Hosts,
    IReadOnlySet<ZeekSubnet> Nets, IReadOnlySet<(ulong, string?)> Pairs, IReadOnlySet<Key> Records, IReadOnlySet<Loose> Own, IReadOnlySet<Dated> Structs, IReadOnlySet<ZeekValue> Any,
    IReadOnlyDictionary<(Key, Color?), ulong> Table);

[ZeekEvent("Test::counts")]
public sealed partial record Counts(IReadOnlySet<ulong> S, IReadOnlyDictionary<long, bool> T, HashSet<(ulong, ulong)> P, HashSet<ZeekValue> V, Dictionary<Key, ulong> R);

[ZeekEvent("Test::lossy")]
public sealed partial record Lossy(IReadOnlySet<string> S, IReadOnlySet<TimeSpan> I, IReadOnlyDictionary<string, ulong> T, IReadOnlySet<ZeekValue> V);

/// <summary>Sets and tables whose keys a stranger chooses.</summary>
public class TypedKeysTests
{
    private static readonly ZeekValue NoSet = ZeekValue.FromSet([]);
    private static readonly ZeekValue NoTable = ZeekValue.FromTable();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Keys_chosen_to_have_the_same_hash_cost_no_more_than_others(int which)
    {
        // Without a secret in the hash, all of these have the hash 0; 80,000 of them took 11 s.
        const int Many = 80_000;
        var same = Enumerable.Range(1, Many).Select(i => ((ulong)i << 32) | (uint)i).ToArray();
        ZeekValue[] args = [NoSet, NoTable, NoSet, NoSet, NoTable];
        args[which] = which switch
        {
            0 or 3 => ZeekValue.FromSet(same.Select(ZeekValue.FromCount)),
            1 => ZeekValue.FromTable(same.Select(x => KeyValuePair.Create(ZeekValue.FromInteger((long)x), ZeekValue.FromBool(true)))),
            2 => ZeekValue.FromSet(same.Select(x => ZeekValue.FromVector(ZeekValue.FromCount(x), ZeekValue.FromCount(x)))),
            _ => ZeekValue.FromTable(same.Select(x => KeyValuePair.Create(ZeekValue.FromVector(ZeekValue.FromCount(x), ZeekValue.FromTimeNanoseconds(0), ZeekValue.None), ZeekValue.FromCount(1)))),
        };
        var payload = ZeekWire.Encode(new ZeekEvent("Test::counts", args));
        var watch = Stopwatch.StartNew();
        var read = ZeekWire.DecodeEvent<Counts>(payload);
        Assert.Equal(Many, read.S.Count + read.T.Count + read.P.Count + read.V.Count + read.R.Count);

        // What is handed out is looked up in by the user, so it must not be slow either.
        Assert.All(same.Take(which == 0 ? Many : 0), x => Assert.Contains(x, read.S));
        Assert.Equal(which == 1 ? Many : 0, same.Count(x => read.T.ContainsKey((long)x)));
        Assert.Equal(which == 2 ? Many : 0, same.Count(x => read.P.Contains((x, x))));
        Assert.Equal(which == 3 ? Many : 0, same.Count(x => read.V.Contains(ZeekValue.FromCount(x))));
        Assert.Equal(which == 4 ? Many : 0, same.Count(x => read.R.ContainsKey(new Key(x, DateTimeOffset.UnixEpoch, null))));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 4);
    }

    [Fact]
    public void Large_sets_of_every_kind_of_key_find_what_is_in_them()
    {
        var range = Enumerable.Range(0, 500).ToArray();
        var at = DateTimeOffset.UnixEpoch.AddSeconds(5);
        Key NewKey(int i) => new((ulong)i, at, i % 2 == 0 ? new Key(7, at, null) : null);
        var keys = new Keys(
            range.Select(i => (ulong)i).ToHashSet(), range.Select(i => (long)-i).ToHashSet(), range.Select(i => i / 4.0).ToHashSet(), range.Select(i => TimeSpan.FromTicks(i)).ToHashSet(),
            range.Select(i => at.AddTicks(i)).ToHashSet(), range.Select(i => i % 2 == 0 ? new IPAddress([10, 0, (byte)(i >> 8), (byte)i]) : new IPAddress([1, .. new byte[13], (byte)(i >> 8), (byte)i])).ToHashSet(),
            range.Select(i => new ZeekSubnet(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 32)).ToHashSet(), range.Select(i => ((ulong)i, i % 3 == 0 ? null : "x")).ToHashSet(),
            range.Select(NewKey).ToHashSet(), range.Select(i => new Loose((ulong)i, 1)).ToHashSet(), range.Select(i => new Dated((ulong)i, -0.5)).ToHashSet(),
            range.Select(i => ZeekValue.FromVector(ZeekValue.FromCount((ulong)i), ZeekValue.FromReal(i))).ToHashSet(),
            range.ToDictionary(i => (NewKey(i), (Color?)(i % 4 == 3 ? null : (Color)(i % 4))), i => (ulong)i));
        var read = ZeekWire.DecodeEvent<Keys>(ZeekWire.Encode(keys));
        Assert.True(read.Counts.SetEquals(keys.Counts) && keys.Counts.All(read.Counts.Contains));
        Assert.True(keys.Ints.All(read.Ints.Contains) && keys.Reals.All(read.Reals.Contains) && keys.Intervals.All(read.Intervals.Contains));
        Assert.True(keys.Times.All(read.Times.Contains) && keys.Hosts.All(read.Hosts.Contains) && keys.Nets.All(read.Nets.Contains) && keys.Pairs.All(read.Pairs.Contains));
        Assert.True(keys.Records.All(read.Records.Contains) && keys.Structs.All(read.Structs.Contains) && keys.Any.All(read.Any.Contains));
        Assert.Contains(new Loose(3, 99), read.Own);
        Assert.Contains(0.0, read.Reals);
        Assert.Contains(-0.0, read.Reals);
        Assert.All(keys.Table, pair => Assert.Equal(pair.Value, read.Table[pair.Key]));
        Assert.DoesNotContain(1000UL, read.Counts);
        Assert.Equal((500, 500, 500), (read.Table.Count, read.Hosts.Count, read.Own.Count));
    }

    [Fact]
    public void Items_that_differ_only_in_what_the_type_cannot_hold_are_one_and_the_event_is_read()
    {
        var names = new[] { ZeekValue.FromBytes([0xff]), ZeekValue.FromBytes([0xfe]), ZeekValue.FromString("a") };
        var e = new ZeekEvent(
            "Test::lossy", ZeekValue.FromSet(names), ZeekValue.FromSet(ZeekValue.FromIntervalNanoseconds(10), ZeekValue.FromIntervalNanoseconds(20), ZeekValue.FromIntervalNanoseconds(250)),
            ZeekValue.FromTable((names[0], ZeekValue.FromCount(255)), (names[1], ZeekValue.FromCount(254)), (names[2], ZeekValue.FromCount(1))), ZeekValue.FromSet(names));
        var read = ZeekWire.DecodeEvent<Lossy>(ZeekWire.Encode(e));
        Assert.Equal(["a", "\ufffd"], read.S.Order(StringComparer.Ordinal));
        Assert.Equal([TimeSpan.Zero, TimeSpan.FromTicks(2)], read.I.Order());

        // Of a table the first that came: Zeek sends in the order of the keys' bytes.
        Assert.Equal(new Dictionary<string, ulong> { ["a"] = 1, ["\ufffd"] = 254 }, read.T);
        Assert.Equal(names.Order(), read.V.Order());
    }

    [Fact]
    public void What_is_there_twice_on_the_wire_is_refused_though_others_collide_too()
    {
        var e = new ZeekEvent("Test::lossy", ZeekValue.FromSet(ZeekValue.FromBytes([0xfc]), ZeekValue.FromBytes([0xfd]), ZeekValue.FromBytes([0xfe])), NoSet, NoTable, NoSet);
        var twice = ZeekWire.Encode(e);
        twice[Array.IndexOf(twice, (byte)0xfe)] = 0xfc;
        Assert.Equal(ZeekWireError.Duplicate, Assert.Throws<ZeekWireException>(() => ZeekWire.DecodeEvent<Lossy>(twice)).Error);
        Assert.Equal(ZeekWireError.Duplicate, Assert.Throws<ZeekWireException>(() => ZeekWire.DecodeEvent(twice)).Error);
    }

    [Fact]
    public void A_table_with_a_key_twice_is_refused_wherever_it_stands()
    {
        var pairs = Enumerable.Range(0, 100).Select(i => (ZeekValue.FromString($"key{i:D2}"), ZeekValue.FromCount(1))).ToArray();
        var payload = ZeekWire.Encode(new ZeekEvent("Test::lossy", NoSet, NoSet, ZeekValue.FromTable(pairs), NoSet));
        var text = Convert.ToHexString(payload).Replace(Convert.ToHexString("key99"u8), Convert.ToHexString("key03"u8), StringComparison.Ordinal);
        Assert.Equal(ZeekWireError.Duplicate, Assert.Throws<ZeekWireException>(() => ZeekWire.DecodeEvent<Lossy>(Convert.FromHexString(text))).Error);
    }
}
