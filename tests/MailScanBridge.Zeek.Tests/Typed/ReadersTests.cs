using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Typed;

[ZeekEvent("Readers::one")]
public sealed partial record One(ulong N);

[ZeekEvent("Readers::two")]
public sealed partial record Two(ulong N);

/// <summary>Several readers of one client: each has what it names, and nobody takes another's.</summary>
public sealed class ReadersTests : IAsyncDisposable
{
    private readonly ZeekTestHub _hub = new();
    private readonly ListLogger _log = new();
    private ZeekClient? _client;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
    }

    private async Task<ZeekClient> StartAsync(ZeekClientOptions? options = null)
    {
        _client = _hub.NewClient(options, _log);
        _client.Subscribe("");
        await _client.StartAsync(Wait.Token);
        return _client;
    }

    private void Publish(string name, int number) => _hub.Publish("r." + name, new ZeekEvent("Readers::" + name, ZeekValue.FromCount((ulong)number)));

    private static async Task<List<ulong>> TakeAsync<T>(ZeekClient client, int count, Func<T, ulong> number)
        where T : IZeekEvent<T>
    {
        var taken = new List<ulong>();
        await foreach (var message in client.ReadAllAsync<T>(Wait.Token))
        {
            taken.Add(number(message.Event));
            if (taken.Count == count)
                break;
        }

        return taken;
    }

    private static IEnumerable<ulong> Numbers(int count) => Enumerable.Range(0, count).Select(i => (ulong)i);

    [Fact]
    public async Task Two_typed_readers_side_by_side_each_get_all_of_theirs_in_order()
    {
        const int Count = 1000;
        var client = await StartAsync();
        var ones = TakeAsync<One>(client, Count, e => e.N);
        var twos = TakeAsync<Two>(client, Count, e => e.N);
        for (var i = 0; i < Count; i++)
        {
            Publish("one", i);
            Publish("two", i);
        }

        Assert.Equal(Numbers(Count), await ones);
        Assert.Equal(Numbers(Count), await twos);
        Assert.Equal((0L, 0L), (client.Statistics.PassedOver, client.Statistics.ReceiveQueueLength));
    }

    [Fact]
    public async Task A_typed_reader_has_what_waited_for_it_and_the_untyped_one_the_rest_in_order()
    {
        var client = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            Publish("one", i);
            Publish("two", i);
            Publish("three", i);
        }

        await Wait.UntilAsync(() => client.Statistics.ReceiveQueueLength == 15, "all to come in");
        Assert.Equal(Numbers(3), await TakeAsync<One>(client, 3, e => e.N));
        var two = client.ReadAllAsync<Two>(Wait.Token).GetAsyncEnumerator(Wait.Token);
        Assert.True(await two.MoveNextAsync());
        Publish("one", 5);

        // Once the reader of the first kind is gone, what it left stands where it stood; the second kind is still taken.
        var rest = (await Wait.TakeAsync(client, 8)).Select(message => $"{message.Event.Name[9..]}{message.Event.Args[0].AsCount()}");
        Assert.Equal(["three0", "three1", "three2", "one3", "three3", "one4", "three4", "one5"], rest);
        for (var i = 1UL; i < 5; i++)
        {
            Assert.True(await two.MoveNextAsync());
            Assert.Equal(i, two.Current.Event.N);
        }

        await two.DisposeAsync();
    }

    [Fact]
    public async Task What_no_reader_is_for_gives_way_first_is_counted_and_told_once()
    {
        var client = await StartAsync(new ZeekClientOptions { ReceiveQueueCapacity = 10 });
        await using var ones = client.ReadAllAsync<One>(Wait.Token).GetAsyncEnumerator(Wait.Token);
        var first = ones.MoveNextAsync();
        for (var i = 0; i < 50; i++)
            Publish("\u001btwo", i);
        for (var i = 0; i < 10; i++)
            Publish("one", i);
        await Wait.UntilAsync(() => client.Statistics.Received == 60, "all to come in");
        Assert.True(await first);
        for (var i = 0UL; i < 10; i++)
        {
            Assert.Equal(i, ones.Current.Event.N);
            if (i < 9)
                Assert.True(await ones.MoveNextAsync());
        }

        Assert.Empty(client.Statistics.Overflow);
        Assert.InRange(client.Statistics.PassedOver, 49, 50);
        Assert.Equal("Events come in that no reader of this client is for: the first was passed over on topic r.\\x1btwo; more are only counted", Assert.Single(_log.Lines, line => line.Contains("no reader", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(ReceiveOverflow.DropNewest, 0, 0)]
    [InlineData(ReceiveOverflow.DropOldest, 81, 90)]
    public async Task A_reader_that_stands_still_costs_itself_its_events_and_the_others_none(ReceiveOverflow overflow, int least, int most)
    {
        var client = await StartAsync(new ZeekClientOptions { ReceiveQueueCapacity = 20, Overflow = overflow });
        await using var slow = client.ReadAllAsync<One>(Wait.Token).GetAsyncEnumerator(Wait.Token);
        var started = slow.MoveNextAsync();
        Publish("one", 1000);
        Assert.True(await started);
        for (var i = 0; i < 100; i++)
            Publish("one", i);
        await Wait.UntilAsync(() => client.Statistics.Received == 101, "all to come in");
        var fast = TakeAsync<Two>(client, 10, e => e.N);
        for (var i = 0; i < 10; i++)
            Publish("two", i);
        Assert.Equal(Numbers(10), await fast);
        Assert.Equal(["r.one"], client.Statistics.Overflow.Keys);
        Assert.InRange(client.Statistics.Overflow["r.one"], 81, 90);
        Assert.True(await slow.MoveNextAsync());
        Assert.InRange(slow.Current.Event.N, (ulong)least, (ulong)most);
    }

    [Fact]
    public async Task A_handler_that_tells_its_names_takes_no_others_and_one_that_does_not_counts_what_it_passes_over()
    {
        var client = await StartAsync();
        var named = new Handler("Readers::one");
        var handling = client.HandleAllAsync(named, Wait.Token);
        for (var i = 0; i < 20; i++)
        {
            Publish("one", i);
            Publish("two", i);
        }

        Assert.Equal(Numbers(20), await TakeAsync<Two>(client, 20, e => e.N));
        await Wait.UntilAsync(() => named.Seen == 20, "the handler's own");
        var unnamed = client.HandleAllAsync(new Handler(null), Wait.Token);
        Publish("three", 0);
        await Wait.UntilAsync(() => client.Statistics.PassedOver == 1, "what has no method to be counted");
        await client.DisposeAsync();
        await handling;
        await unnamed;
        Assert.Equal(20, named.Seen);
    }

    [Fact]
    public async Task What_is_no_event_is_counted_where_there_are_typed_readers_only()
    {
        var client = await StartAsync();
        var ones = TakeAsync<One>(client, 1, e => e.N);
        _hub.Inject("r."u8.ToArray(), "rogue"u8.ToArray(), "broker-bin-v1"u8.ToArray(), [0x0e, 0x03]);
        Publish("one", 0);
        Assert.Equal([0UL], await ones);
        Assert.Equal(1, client.Statistics.Undecodable.Values.Sum());
    }

    [Fact]
    public async Task Two_readers_of_one_type_share_its_events()
    {
        const int Count = 200;
        var client = await StartAsync();
        var all = new System.Collections.Concurrent.ConcurrentBag<ulong>();
        var reading = Enumerable.Range(0, 2).Select(async _ =>
        {
            await foreach (var message in client.ReadAllAsync<One>(Wait.Token))
                all.Add(message.Event.N);
        }).ToArray();
        for (var i = 0; i < Count; i++)
            Publish("one", i);
        await Wait.UntilAsync(() => all.Count == Count, "each event to be read once");
        await client.DisposeAsync();
        await Task.WhenAll(reading);
        Assert.Equal(Numbers(Count), all.Order());
    }

    private sealed class Handler(string? name) : IZeekHandler
    {
        public int Seen { get; private set; }

        public IReadOnlyCollection<string>? EventNames => name is null ? null : [name];

        public ValueTask<bool> HandleAsync(ZeekRawEvent e, CancellationToken cancellationToken)
        {
            Seen++;
            return ValueTask.FromResult(e.Name == name);
        }
    }
}
