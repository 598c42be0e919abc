using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Typed;

/// <summary>A record that holds records of its own type, as Zeek's may.</summary>
[ZeekRecord]
public sealed partial record Tree(string Name, IReadOnlyList<Tree> Children);

[ZeekEvent("Test::tree")]
public sealed partial record TreeEvent(Tree T, IReadOnlyList<ulong> Numbers);

public class TypedDepthTests
{
    [Theory]
    [InlineData(126, null)]
    [InlineData(127, ZeekWireError.TooDeep)]
    [InlineData(1_000_000, ZeekWireError.TooDeep)]
    public void A_record_in_itself_is_read_to_the_limit_and_not_to_the_end_of_the_stack(int levels, ZeekWireError? error)
    {
        var payload = Nested(levels);
        if (error is null)
            Assert.Equal(levels, Depth(ZeekWire.DecodeEvent<TreeEvent>(payload).T));
        else
            Assert.Equal(error, Assert.Throws<ZeekWireException>(() => ZeekWire.DecodeEvent<TreeEvent>(payload)).Error);
    }

    [Fact]
    public void Records_beside_each_other_do_not_add_up()
    {
        var wide = new Tree("", [.. Enumerable.Range(0, 1000).Select(i => new Tree($"{i}", []))]);
        Assert.Equal(1000, ZeekWire.DecodeEvent<TreeEvent>(ZeekWire.Encode(new TreeEvent(wide, []))).T.Children.Count);
    }

    [Fact]
    public void More_values_than_are_allowed_are_refused_before_they_are_allocated()
    {
        // One count and then 15 MB in which no number begins.
        var payload = ZeekWire.Encode(new TreeEvent(new Tree("", []), []));
        byte[] many = [.. payload[..^1], 0x80, 0x80, 0x80, 0x07, .. new byte[15_000_000]];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ZeekWireError.TooManyValues, Assert.Throws<ZeekWireException>(() => ZeekWire.DecodeEvent<TreeEvent>(many)).Error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public async Task The_limits_of_a_client_hold_for_typed_events_and_handlers_too()
    {
        var hub = new ZeekTestHub();
        await using var sender = hub.NewClient();
        await using var receiver = hub.NewClient(new ZeekClientOptions { Limits = new ZeekWireLimits { MaxDepth = 8, MaxValues = 100 } });
        receiver.Subscribe("t.");
        await receiver.StartAsync(Wait.Token);
        await sender.StartAsync(Wait.Token);
        await sender.WaitForSubscriberAsync("t.x", Wait.Token);
        var leaf = new Tree("", []);
        var deep = Enumerable.Range(0, 10).Aggregate(leaf, (inner, _) => new Tree("", [inner]));
        foreach (var e in new[] { new TreeEvent(deep, []), new TreeEvent(leaf, new ulong[101]), new TreeEvent(leaf, new ulong[50]) })
            Assert.Equal(PublishResult.Sent, sender.Publish("t.x", e));
        await foreach (var message in receiver.ReadAllAsync<TreeEvent>(Wait.Token))
        {
            Assert.Equal(50, message.Event.Numbers.Count);
            break;
        }

        Assert.Equal((1, 1), (receiver.Statistics.Undecodable["TooDeep"], receiver.Statistics.Undecodable["TooManyValues"]));
    }

    private static int Depth(Tree tree) => tree.Children is [var child] ? 1 + Depth(child) : 0;

    // As the writer writes it, but without its recursion.
    private static byte[] Nested(int levels)
    {
        var leaf = ZeekWire.Encode(new TreeEvent(new Tree("", []), []));
        var once = ZeekWire.Encode(new TreeEvent(new Tree("", [new Tree("", [])]), []));
        var level = once.Length - leaf.Length;
        var head = leaf.Length - level - 2;
        return [.. leaf[..head], .. Enumerable.Repeat(once[head..(head + level)], levels).SelectMany(bytes => bytes), .. leaf[head..]];
    }
}
