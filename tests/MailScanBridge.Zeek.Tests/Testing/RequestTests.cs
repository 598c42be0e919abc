using MailScanBridge.Zeek.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace MailScanBridge.Zeek.Tests.Testing;

[ZeekEvent("Test::question")]
public sealed partial record Question(string Text, ulong Reqid);

[ZeekEvent("Test::answered")]
public sealed partial record Answered(ulong Reqid, string Text);

[ZeekEvent("Test::other_answer")]
public sealed partial record OtherAnswer(ulong Id);

public sealed class RequestTests : IAsyncDisposable
{
    private static readonly ZeekEvent Ask = new("Test::ask", ZeekValue.FromCount(1));
    private static readonly ZeekReplyMatch Match = new("Test::answer", 0, ZeekValue.FromCount(1));

    private readonly ZeekTestHub _hub = new();
    private readonly List<ZeekClient> _clients = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
    }

    private async Task<ZeekClient> StartAsync(string topic, TimeProvider? time = null)
    {
        var client = _hub.NewClient(timeProvider: time);
        _clients.Add(client);
        client.Subscribe(topic);
        await client.StartAsync(Wait.Token);
        return client;
    }

    [Fact]
    public async Task Typed_requests_get_the_typed_replies_with_their_ids()
    {
        var client = await StartAsync("reply.");
        var server = await StartAsync("request.");
        var serving = ServeAsync(server);
        await client.WaitForSubscriberAsync("request.", Wait.Token);
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            client.RequestAsync<Question, Answered>("request.", new Question($"q{i}", (ulong)i), "reqid", Wait.Deadline, Wait.Token)));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => new Answered((ulong)i, $"q{i}!")), replies.Select(reply => reply.Event));
        Assert.Equal(server.NodeId, replies[0].Sender);
        await server.DisposeAsync();
        await serving;
    }

    private static async Task ServeAsync(ZeekClient server)
    {
        await foreach (var question in server.ReadAllAsync<Question>(Wait.Token))
            server.Publish("reply.", new Answered(question.Event.Reqid, question.Event.Text + "!"));
    }

    [Fact]
    public async Task A_typed_reply_whose_other_arguments_do_not_fit_is_told()
    {
        var client = await StartAsync("");
        var asking = client.RequestAsync<Question, Answered>("request.", new Question("q", 7), "reqid", Wait.Deadline, Wait.Token);
        _hub.Publish("reply.", new ZeekEvent("Test::answered", ZeekValue.FromCount(7), ZeekValue.FromCount(7)));
        Assert.Equal("text", (await Assert.ThrowsAsync<ZeekSchemaException>(() => asking)).Field);
    }

    [Fact]
    public async Task An_id_that_one_of_the_two_does_not_have_is_told_before_anything_is_published()
    {
        var client = await StartAsync("");
        await Assert.ThrowsAsync<ArgumentException>(() => client.RequestAsync<Question, Answered>("request.", new Question("q", 7), "id", Wait.Deadline, Wait.Token));
        await Assert.ThrowsAsync<ArgumentException>(() => client.RequestAsync<Question, OtherAnswer>("request.", new Question("q", 7), "reqid", Wait.Deadline, Wait.Token));
        Assert.Equal(0, client.Statistics.Published);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(-10_000_000)]
    [InlineData(long.MaxValue)]
    public async Task A_timeout_that_cannot_be_is_refused_before_anything_is_published(long ticks)
    {
        var client = await StartAsync("");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.RequestAsync("request.", Ask, Match, TimeSpan.FromTicks(ticks), Wait.Token));
        Assert.Equal(0, client.Statistics.Published);
    }

    [Fact]
    public async Task Without_a_timeout_a_request_waits_until_its_reply_comes()
    {
        var time = new FakeTimeProvider();
        var client = await StartAsync("", time);
        var asking = client.RequestAsync("request.", Ask, Match, Timeout.InfiniteTimeSpan, Wait.Token);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(asking.IsCompleted);
        _hub.Publish("reply.", new ZeekEvent("Test::answer", ZeekValue.FromCount(1)));
        Assert.Equal("Test::answer", (await asking).Event.Name);
    }

    [Fact]
    public async Task A_disposed_client_says_so_and_leaves_no_task_whose_exception_nobody_sees()
    {
        var unseen = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> see = (_, e) => unseen.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += see;
        try
        {
            var client = await StartAsync("");
            await client.DisposeAsync();
            for (var i = 0; i < 20; i++)
                await Assert.ThrowsAsync<ObjectDisposedException>(() => client.RequestAsync("request.", Ask, Match, TimeSpan.FromSeconds(5), Wait.Token));
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= see;
        }

        Assert.DoesNotContain(unseen, e => e.InnerException is ObjectDisposedException gone && gone.Message.Contains("reply", StringComparison.Ordinal));
    }
}
