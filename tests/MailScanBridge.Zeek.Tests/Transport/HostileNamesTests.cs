using System.Net.Sockets;
using System.Text;
using MailScanBridge.Zeek.Tests.Support;
using MailScanBridge.Zeek.Transport;
using MailScanBridge.Zeek.Transport.Zmtp;

namespace MailScanBridge.Zeek.Tests.Transport;

/// <summary>Endpoints, topics and node ids that are wrong, huge, or used twice.</summary>
public class HostileNamesTests
{
    private static readonly ZeekEvent Ping = new("Test::ping", ZeekValue.FromCount(1));

    [Theory]
    [InlineData("127.0.0.1:1")]
    [InlineData("tcp://127.0.0.1")]
    [InlineData("tcp://127.0.0.1:0")]
    [InlineData("tcp://127.0.0.1:99999")]
    [InlineData("tcp://127.0.0.1:-1")]
    [InlineData("tcp://127.0.0.1:a")]
    [InlineData("tcp://:1")]
    [InlineData("tcp://::1:27860")]
    [InlineData("tcp://[::1]")]
    [InlineData("tcp://[nothing]:1")]
    [InlineData("tcp://a b:1")]
    [InlineData("tcp://a;tcp://b:1")]
    public void An_endpoint_that_is_none_is_refused_with_its_text(string endpoint)
    {
        var e = Assert.Throws<ArgumentException>(() => new ZeekClient(new ZeekClientOptions { HubXPub = endpoint, AllowRemotePlaintext = true }));
        Assert.Contains($"HubXPub is '{endpoint}'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another host", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_longer_than_names_are_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ZeekClient(new ZeekClientOptions { HubXPub = $"tcp://{new string('a', 300)}:1", AllowRemotePlaintext = true }));

    [Theory]
    [InlineData("tcp://127.0.0.1:1", "127.0.0.1", true)]
    [InlineData("tcp://localhost:65535", "localhost", true)]
    [InlineData("tcp://[::1]:27860", "::1", true)]
    [InlineData("tcp://zeek_manager.example:27760", "zeek_manager.example", false)]
    public void An_endpoint_is_taken_apart(string endpoint, string expected, bool loopback)
    {
        Assert.True(HubEndpoint.TryParse(endpoint, out var host, out var port));
        Assert.Equal(expected, host);
        Assert.EndsWith($":{port}", endpoint, StringComparison.Ordinal);
        Assert.Equal(loopback, HubEndpoint.IsLoopback(host));
    }

    [Fact]
    public void Attempts_to_connect_to_a_host_without_address_leave_no_sockets_behind()
    {
        var options = new ZeekClientOptions { HubXPub = "tcp://no..host:1", HubXSub = "tcp://no..host:2" };
        using var transport = new SocketTransport(options, [1], TimeProvider.System, (_, _) => { });
        var before = OpenFiles();
        for (var i = 0; i < 400; i++)
            Assert.IsAssignableFrom<SocketException>(Record.Exception(transport.Connect));
        Assert.InRange(OpenFiles(), 0, before + 50);

        static int OpenFiles() => OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;
    }

    [Fact]
    public async Task A_topic_of_many_megabytes_that_somebody_subscribes_to_is_just_a_topic()
    {
        // Whoever walks it by recursion ends here, and the process with it: sockets of NetMQ and of libzmq do.
        var topic = new string('x', 8_000_000);
        using var xPub = new RogueHub([.. ZmtpGreeting.Create("NULL"u8), .. ZmtpReady.Create("XPUB"u8)]);
        using var xSub = new RogueHub([.. ZmtpGreeting.Create("NULL"u8), .. ZmtpReady.Create("XSUB"u8), .. RawPeer.Message([1, .. Encoding.ASCII.GetBytes(topic)])]);
        await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = xPub.Endpoint, HubXSub = xSub.Endpoint });
        _ = client.StartAsync(Wait.Token);
        await Wait.UntilAsync(() => client.SubscribersOf(topic) == ZeekSubscribers.Others, "the topic to be known");
        Assert.Equal(0, client.Statistics.Disconnects);
        Assert.Throws<ArgumentOutOfRangeException>(() => client.Subscribe(topic));
    }

    [Fact]
    public async Task Long_topics_count_for_the_bytes_that_may_wait()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("long.", cluster.Options with { ReceiveQueueBytes = 1_000_000 });
        var sender = await cluster.StartClientAsync();
        await sender.WaitForSubscriberAsync("long.", Wait.Token);
        for (var i = 0; i < 20; i++)
            Assert.Equal(PublishResult.Sent, sender.Publish("long." + new string((char)('a' + i), 200_000), Ping));
        await Wait.UntilAsync(() => receiver.Statistics.Overflow.GetValueOrDefault("") == 18, "all but two to be dropped");
        Assert.Equal(2, receiver.Statistics.ReceiveQueueLength);
        Assert.Single(receiver.Statistics.Overflow);
        Assert.Equal(200_005, (await Wait.NextAsync(receiver)).Topic.Length);
    }

    [Fact]
    public async Task Two_clients_of_one_node_id_ignore_each_other_and_confirm_only_their_own()
    {
        await using var cluster = new Cluster();
        var options = cluster.Options with { NodeId = "twin" };
        var log = new ListLogger();
        var listener = await cluster.StartClientAsync("twin.");
        var one = cluster.NewClient(options, logger: log);
        one.Subscribe("twin.");
        await one.StartAsync(Wait.Token);
        var two = await cluster.StartClientAsync("twin.", options);
        for (var i = 0; i < 1000; i++)
            Assert.Equal(PublishResult.Sent, two.Publish("twin.", Ping));
        await Wait.UntilAsync(() => two.Statistics.Confirmed == 1000, "all to pass the hub");
        await Wait.TakeAsync(listener, 1000);
        Assert.Equal(PublishResult.Sent, one.Publish("twin.", Ping));
        await Wait.UntilAsync(() => one.Statistics.Confirmed == 1, "the one event to pass the hub");
        Assert.Equal(0, one.Statistics.Received);
        await Wait.UntilAsync(() => log.Lines.Any(line => line.Contains("has the node id twin too", StringComparison.Ordinal)), "a line about the twin");
    }

    [Fact]
    public void The_number_of_topics_that_are_counted_apart_is_bounded()
    {
        var queue = new ReceiveQueue(new ZeekClientOptions { ReceiveQueueCapacity = 1 });
        for (var i = 0; i < 3000; i++)
            queue.Add(new ReceivedMessage($"topic{i}", "sender", [1], 1));
        Assert.Equal(1025, queue.Dropped.Count);
        Assert.Equal(2999, queue.Dropped.Values.Sum());
        Assert.Equal(2999 - 1024, queue.Dropped[""]);
    }

    [Fact]
    public async Task A_typed_event_beyond_the_limit_is_refused_as_any_other()
    {
        await using var cluster = new Cluster();
        await cluster.StartClientAsync("typed.");
        var sender = await cluster.StartClientAsync(options: cluster.Options with { Limits = new ZeekWireLimits { MaxBytes = 1000 } });
        await sender.WaitForSubscriberAsync("typed.", Wait.Token);
        Assert.Throws<ArgumentException>(() => sender.Publish("typed.", new Said(new string('a', 2000), 1)));
        Assert.Equal(PublishResult.Sent, sender.Publish("typed.", new Said("a", 1)));
    }
}

[ZeekEvent("Test::said_long")]
public sealed partial record Said(string Text, ulong Times);
