namespace MailScanBridge.Zeek.Tests.Typed;

[ZeekRecord]
public readonly partial record struct Big(
    DateTimeOffset A, DateTimeOffset B, DateTimeOffset C, DateTimeOffset D, DateTimeOffset E, DateTimeOffset F, DateTimeOffset G, DateTimeOffset H, DateTimeOffset I, DateTimeOffset J,
    DateTimeOffset K, DateTimeOffset L, DateTimeOffset M, DateTimeOffset N, DateTimeOffset O, DateTimeOffset P);

[ZeekEvent("Test::bigs")]
public sealed partial record Bigs(IReadOnlyList<Big> List, (Big, Big)[] Pairs);

public class TypedMemoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Large_structs_are_not_allocated_before_they_come(bool first)
    {
        // 900,000 items announced, one byte each, of which none is a record.
        byte[] many = [0x0e, 0xa0, 0xf7, 0x36, .. new byte[900_100]];
        byte[] head = [.. ZeekWire.Encode(new Bigs([], []))[..^4], .. first ? many : [0x0e, 0, .. many]];
        Assert.Throws<ZeekSchemaException>(() => ZeekWire.DecodeEvent<Bigs>(head));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ZeekSchemaException>(() => ZeekWire.DecodeEvent<Bigs>(head));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(5000)]
    public void All_of_them_are_read(int count)
    {
        var bigs = Enumerable.Range(0, count).Select(i => default(Big) with { A = DateTimeOffset.UnixEpoch.AddSeconds(i), B = DateTimeOffset.UnixEpoch, C = DateTimeOffset.UnixEpoch });
        var one = new Big() with { };
        var sent = new Bigs([.. bigs.Select(Filled)], [.. bigs.Select(big => (Filled(big), Filled(one)))]);
        var read = ZeekWire.DecodeEvent<Bigs>(ZeekWire.Encode(sent));
        Assert.Equal(sent.List, read.List);
        Assert.Equal(sent.Pairs, read.Pairs);
    }

    // The year 1 is before what Zeek's 64 bits of nanoseconds can hold.
    private static Big Filled(Big big)
    {
        var t = DateTimeOffset.UnixEpoch;
        return new Big(big.A < t ? t : big.A, t, t, t, t, t, t, t, t, t, t, t, t, t, t, t.AddTicks(1));
    }
}
