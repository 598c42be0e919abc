using System.Collections.Concurrent;
using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Transport;

/// <summary>Whatever a caller waits for ends with the client, and what was accepted is accounted for.</summary>
public class ClientEndTests
{
    private static readonly ZeekEvent Ping = new("Test::ping", ZeekValue.FromCount(1));

    // A name that no resolver takes, so that each attempt to connect fails at once, and the client is in its pause between attempts.
    private static readonly ZeekClientOptions Unreachable = new()
    {
        HubXPub = "tcp://no..host:1",
        HubXSub = "tcp://no..host:2",
        AllowRemotePlaintext = true,
        Reconnect = TimeSpan.FromHours(1),
        ReconnectMax = TimeSpan.FromHours(1),
    };

    [Fact]
    public async Task The_wait_for_a_subscriber_ends_with_the_client()
    {
        await using var cluster = new Cluster();
        var client = await cluster.StartClientAsync();
        var waiting = client.WaitForSubscriberAsync("nobody.", Wait.Token);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.WaitForSubscriberAsync("nobody.", Wait.Token));
    }

    [Fact]
    public async Task A_disposed_client_knows_of_no_subscribers()
    {
        await using var cluster = new Cluster();
        await cluster.StartClientAsync("test.");
        var client = await cluster.StartClientAsync();
        await client.WaitForSubscriberAsync("test.", Wait.Token);
        await client.DisposeAsync();
        Assert.False(client.HasSubscribers("test."));
        Assert.Equal(PublishResult.Disconnected, client.Publish("test.", Ping));
    }

    [Fact]
    public async Task Waiting_for_a_client_that_is_never_started_ends_with_it()
    {
        var client = new ZeekClient(new ZeekClientOptions());
        var connection = client.WaitForConnectionAsync(0, Wait.Token);
        var live = client.Subscribe("a.").Live;
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => live.WaitAsync(Wait.Token));
    }

    [Fact]
    public async Task A_client_that_ends_between_two_attempts_to_connect_lets_nobody_wait()
    {
        var log = new ListLogger();
        var client = new ZeekClient(Unreachable, log);
        var live = client.Subscribe("a.").Live;
        var start = client.StartAsync(Wait.Token);
        var publishers = client.WaitForPublishersAsync(1, Wait.Token);
        await Wait.UntilAsync(() => !log.Lines.IsEmpty, "the first attempt to fail");
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => start);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => publishers);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => live.WaitAsync(Wait.Token));
    }

    [Fact]
    public async Task A_request_ends_with_the_client()
    {
        var hub = new ZeekTestHub();
        await using var server = hub.NewClient();
        server.Subscribe("request.");
        await server.StartAsync(Wait.Token);
        var client = hub.NewClient();
        await client.StartAsync(Wait.Token);
        await client.WaitForSubscriberAsync("request.", Wait.Token);
        var match = new ZeekReplyMatch("Test::answer", 0, ZeekValue.FromCount(1));
        var reply = client.RequestAsync("request.", Ping, match, TimeSpan.FromHours(1), Wait.Token);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reply);
    }

    [Fact]
    public async Task Every_event_accepted_while_the_client_ends_has_passed_the_hub_or_is_counted_as_lost()
    {
        await using var cluster = new Cluster();
        await cluster.StartClientAsync("end.");
        for (var round = 0; round < 10; round++)
        {
            var client = await cluster.StartClientAsync();
            await client.WaitForSubscriberAsync("end.", Wait.Token);
            var results = new ConcurrentDictionary<PublishResult, int>();
            var publishing = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                PublishResult result;
                do
                    results.AddOrUpdate(result = client.Publish("end.", Ping), 1, (_, count) => count + 1);
                while (result != PublishResult.Disconnected);
            })).ToArray();
            await Wait.UntilAsync(() => client.Statistics.Confirmed > 0, "events to pass");
            await Task.WhenAll(client.DisposeAsync().AsTask(), client.DisposeAsync().AsTask(), Task.WhenAll(publishing));
            var statistics = client.Statistics;
            Assert.Equal(results[PublishResult.Sent], statistics.Published);
            Assert.Equal(statistics.Published, statistics.Confirmed + statistics.SendLost);
            Assert.Equal(0, statistics.SendQueueLength);
        }
    }

    [Fact]
    public async Task A_logger_that_throws_ends_nothing()
    {
        await using var cluster = new Cluster();
        await using var client = new ZeekClient(cluster.Options, new ThrowingLogger());
        client.Subscribe("test.");
        await client.StartAsync(Wait.Token);
        var sender = await cluster.StartClientAsync();
        await sender.WaitForSubscriberAsync("test.", Wait.Token);
        sender.Publish("test.", Ping);
        Assert.Equal(Ping, (await Wait.NextAsync(client)).Event);
        await cluster.RestartHubAsync();
        await client.WaitForConnectionAsync(1, Wait.Token);
    }
}
