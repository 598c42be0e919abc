using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Transport;

public sealed class PublisherBarrierTests : IAsyncDisposable
{
    private readonly ZeekTestHub _hub = new();
    private readonly List<ZeekClient> _clients = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task Each_publisher_that_answers_counts_once_and_is_named()
    {
        var client = await StartAsync();
        var two = client.WaitForPublishersAsync(2, Wait.Token);
        await AnswerAsync("worker-1");
        await Wait.UntilAsync(() => Asked() > 3, "more than one question");
        Assert.False(two.IsCompleted);
        await AnswerAsync("worker-2");
        Assert.Equal(["worker-1", "worker-2"], (await two).Order());

        // Two processes of one name are two.
        await AnswerAsync("worker-2");
        Assert.Equal(["worker-1", "worker-2", "worker-2"], (await client.WaitForPublishersAsync(3, Wait.Token)).Order());
    }

    [Fact]
    public async Task Publishers_are_waited_for_by_name_and_the_first_answers_may_be_lost()
    {
        var client = await StartAsync();
        await AnswerAsync("worker-1", ignore: 3);
        var named = client.WaitForNamedPublishersAsync(["worker-1", "logger"], Wait.Token);
        await Wait.UntilAsync(() => Asked() > 5, "more questions");
        Assert.False(named.IsCompleted);
        await AnswerAsync("logger");
        await named;
    }

    [Fact]
    public async Task It_may_be_asked_before_there_is_a_connection_and_no_answer_is_read_as_an_event()
    {
        await AnswerAsync("worker-1");
        var client = NewClient();
        client.Subscribe("some.");
        var barrier = client.WaitForPublishersAsync(1, Wait.Token);
        await client.StartAsync(Wait.Token);
        await barrier;
        _hub.Publish("some.", new ZeekEvent("Test::ping"));
        Assert.Equal("Test::ping", (await Wait.NextAsync(client)).Event.Name);
    }

    [Fact]
    public async Task A_lost_connection_begins_it_anew()
    {
        var client = await StartAsync();
        await AnswerAsync("worker-1");
        var two = client.WaitForPublishersAsync(2, Wait.Token);
        await Wait.UntilAsync(() => Asked() > 2, "questions");
        var before = Topics().ToHashSet();
        _hub.Disconnect();
        await client.WaitForConnectionAsync(1, Wait.Token);
        await Wait.UntilAsync(() => Topics().Any(topic => !before.Contains(topic)), "a question of the new connection");

        // Someone answers to the old topic: that proves nothing any more.
        _hub.Publish(before.Single(), new ZeekEvent("ZeekClient::barrier_answer", ZeekValue.FromString("late")), "late");
        await Wait.UntilAsync(() => Topics().Count(topic => !before.Contains(topic)) > 3, "more questions");
        Assert.False(two.IsCompleted);
        await AnswerAsync("worker-2");
        Assert.Equal(["worker-1", "worker-2"], (await two).Order());
    }

    [Fact]
    public async Task What_is_no_answer_is_none_and_others_topics_are_not_touched()
    {
        var client = await StartAsync("zeek-client.");
        var one = client.WaitForPublishersAsync(1, Wait.Token);
        await AskingAsync();
        var topic = Topics().First();
        ZeekEvent[] others =
        [
            new("ZeekClient::barrier_answer"),
            new("ZeekClient::barrier_answer", ZeekValue.FromCount(1)),
            new("Test::barrier_answer", ZeekValue.FromString("x")),
        ];
        foreach (var other in others)
            _hub.Publish(topic, other);
        _hub.Inject(System.Text.Encoding.UTF8.GetBytes(topic), "x"u8.ToArray(), "broker-bin-v1"u8.ToArray(), [0xff]);
        _hub.Publish("zeek-client.barrier.answer.another.", new ZeekEvent("ZeekClient::barrier_answer", ZeekValue.FromString("x")));
        Assert.Equal([.. others.Select(e => e.Name), "ZeekClient::barrier_answer"], (await Wait.TakeAsync(client, 4)).Select(message => message.Event.Name));
        Assert.False(one.IsCompleted);
        Assert.Equal(1, client.Statistics.Undecodable.Values.Sum());
        await AnswerAsync("worker-1");
        await one;
    }

    [Fact]
    public async Task The_waiting_ends_with_its_token_and_with_the_client()
    {
        var client = await StartAsync();
        using var token = new CancellationTokenSource();
        var cancelled = client.WaitForPublishersAsync(1, token.Token);
        await token.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var disposed = client.WaitForPublishersAsync(1, Wait.Token);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.WaitForPublishersAsync(0, Wait.Token));
    }

    private int Asked() => Topics().Count();

    private IEnumerable<string> Topics() => _hub.Published.Where(e => e.Name == "ZeekClient::barrier_ask").Select(e => e.Decode().Event.Args[0].AsString());

    private async Task AskingAsync()
    {
        // Someone must listen, or the question is not sent.
        var listener = await StartAsync("zeek-client.barrier.ask.");
        Assert.NotNull(listener);
        await Wait.UntilAsync(() => Asked() > 0, "the first question");
    }

    /// <summary>Answers as samples/PublisherBarrier/publisher-barrier.zeek does.</summary>
    private async Task AnswerAsync(string node, int ignore = 0)
    {
        var zeek = await StartAsync("zeek-client.barrier.ask.");
        _ = Task.Run(async () =>
        {
            await foreach (var message in zeek.ReadAllAsync())
            {
                if (ignore-- <= 0)
                    zeek.Publish(message.Event.Args[0].AsString(), new ZeekEvent("ZeekClient::barrier_answer", ZeekValue.FromString(node)));
            }
        });
    }

    private ZeekClient NewClient()
    {
        var client = _hub.NewClient(new ZeekClientOptions { Reconnect = TimeSpan.FromMilliseconds(5) });
        _clients.Add(client);
        return client;
    }

    private async Task<ZeekClient> StartAsync(string? topic = null)
    {
        var client = NewClient();
        if (topic is not null)
            client.Subscribe(topic);
        await client.StartAsync(Wait.Token);
        return client;
    }
}
