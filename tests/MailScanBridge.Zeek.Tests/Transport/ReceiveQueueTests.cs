using MailScanBridge.Zeek.Transport;

namespace MailScanBridge.Zeek.Tests.Transport;

/// <summary>The bounds hold for all names together, and what has to go is of the name of which most waits.</summary>
public class ReceiveQueueTests
{
    private static ReceivedMessage Message(string name, int number, int bytes = 0) =>
        new("t." + name, "sender", ZeekWire.Encode(new ZeekEvent(name, ZeekValue.FromCount((ulong)number), ZeekValue.FromBytes(new byte[bytes]))), 1);

    private static List<int> Numbers(ReceiveReader reader)
    {
        var numbers = new List<int>();
        while (reader.TryTake(out var message))
            numbers.Add((int)ZeekWire.DecodeEvent(message.Payload).Args[0].AsCount());
        return numbers;
    }

    [Fact]
    public void Where_bytes_are_short_the_name_with_the_most_bytes_gives_way()
    {
        var queue = new ReceiveQueue(new ZeekClientOptions { ReceiveQueueBytes = 10_000 });
        using var small = queue.Open(["small"]);
        using var large = queue.Open(["large"]);
        for (var i = 0; i < 4; i++)
            Assert.True(queue.Add(Message("large", i, 2_400)));
        for (var i = 0; i < 20; i++)
            queue.Add(Message("small", i));
        Assert.Equal(Enumerable.Range(0, 20), Numbers(small));
        Assert.Equal([0, 1, 2], Numbers(large));
        Assert.Equal([("t.large", 1L)], queue.Dropped.Select(each => (each.Key, each.Value)));
    }

    [Theory]
    [InlineData(ReceiveOverflow.DropNewest)]
    [InlineData(ReceiveOverflow.DropOldest)]
    public void A_message_larger_than_the_queue_is_dropped_and_drives_nothing_out(ReceiveOverflow overflow)
    {
        var queue = new ReceiveQueue(new ZeekClientOptions { ReceiveQueueBytes = 10_000, Overflow = overflow });
        using var reader = queue.Open();
        queue.Add(Message("a", 1));
        Assert.False(queue.Add(Message("b", 2, 20_000)));
        Assert.Equal([1], Numbers(reader));
        Assert.Equal(["t.b"], queue.Dropped.Keys);
    }

    [Fact]
    public void Through_bursts_and_pauses_the_order_stays_and_the_bounds_stay_exact()
    {
        const int Capacity = 3_000;
        var queue = new ReceiveQueue(new ZeekClientOptions { ReceiveQueueCapacity = Capacity });
        using var rest = queue.Open();
        var (written, read) = (0, 0);
        for (var round = 0; round < 40; round++)
        {
            for (var i = 0; i < ((round * 97) % 700) + 1; i++)
                queue.Add(Message(i % 3 == 0 ? "named" : "other", written++));
            for (var i = 0; i < (round * 61) % 700 && rest.TryTake(out var message); i++)
                Assert.Equal(read++, (int)ZeekWire.DecodeEvent(message.Payload).Args[0].AsCount());

            // Both kinds are read by the one in turn, though one of them has had a reader of its own.
            queue.Open(["named"]).Dispose();
        }

        Assert.Equal(written - read, queue.Length);
        Assert.Equal(Enumerable.Range(read, written - read), Numbers(rest));
        for (var i = 0; i < Capacity; i++)
            Assert.True(queue.Add(Message("other", i)));
        Assert.False(queue.Add(Message("other", Capacity)));
        Assert.Equal(Enumerable.Range(0, Capacity), Numbers(rest));
    }

    [Fact]
    public async Task What_is_there_when_the_queue_ends_is_still_read()
    {
        var queue = new ReceiveQueue(new ZeekClientOptions());
        using var reader = queue.Open(["a"]);
        queue.Add(Message("a", 1));
        queue.Complete();
        Assert.True(await reader.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal([1], Numbers(reader));
        Assert.False(await reader.WaitAsync(TestContext.Current.CancellationToken));
    }
}
