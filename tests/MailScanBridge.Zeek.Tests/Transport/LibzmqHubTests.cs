using System.Diagnostics;
using MailScanBridge.Zeek.Tests.Support;
using NetMQ;

namespace MailScanBridge.Zeek.Tests.Transport;

/// <summary>Through libzmq's own sockets, set up as Zeek's proxy is: a subscriber that does not read stalls everyone.</summary>
public sealed class LibzmqHubTests
{
    private static readonly ZeekEvent Kilobyte = new("Test::n", ZeekValue.FromBytes(new byte[1000]));

    private static ZeekClientOptions Options(LibzmqHub hub, ZeekCurveKeys? keys = null) => new()
    {
        HubXPub = hub.XPubEndpoint,
        HubXSub = hub.XSubEndpoint,
        Curve = keys,
        Reconnect = TimeSpan.FromMilliseconds(20),
        ReconnectMax = TimeSpan.FromMilliseconds(100),
    };

    private static async Task<ZeekClient> StartAsync(ZeekClientOptions options, string? topic = null)
    {
        var client = new ZeekClient(options);
        if (topic is not null)
            client.Subscribe(topic);
        await client.StartAsync(Wait.Token);
        return client;
    }

    [Fact]
    public async Task A_client_that_is_not_read_from_loses_its_own_events_and_the_one_beside_it_none()
    {
        const int Count = 20_000;
        using var hub = new LibzmqHub();
        await using var slow = await StartAsync(Options(hub) with { ReceiveQueueCapacity = 100 }, "load.");
        await using var fast = await StartAsync(Options(hub) with { ReceiveQueueCapacity = Count }, "load.");
        await using var sender = await StartAsync(Options(hub) with { SendQueueCapacity = Count });
        for (var i = 0; i < Count; i++)
            Assert.Equal(PublishResult.Sent, sender.Publish("load.x", Kilobyte));
        Assert.Equal(Count, (await Wait.TakeAsync(fast, Count)).Count);
        await Wait.UntilAsync(() => slow.Statistics.Received == Count, "the slow one to have taken all off the wire");
        await Wait.UntilAsync(() => slow.Statistics.Overflow.GetValueOrDefault("load.x") == Count - 100, "what was dropped to be counted");
        await Wait.UntilAsync(() => sender.Statistics.Confirmed == Count, "all to be confirmed");
    }

    [Fact]
    public async Task A_socket_that_is_not_read_from_does_stall_this_hub_so_that_the_other_tests_here_can_fail()
    {
        const int Count = 20_000;
        using var hub = new LibzmqHub();
        var deaf = await RawPeer.ShakeHandsAsync(hub.XPubEndpoint, "XSUB");
        await deaf.SendMessageAsync("\u0001load."u8.ToArray());
        await using var fast = await StartAsync(Options(hub) with { ReceiveQueueCapacity = Count }, "load.");
        await using var sender = await StartAsync(Options(hub) with { SendQueueCapacity = Count });
        for (var i = 0; i < Count; i++)
            Assert.Equal(PublishResult.Sent, sender.Publish("load.x", Kilobyte));

        // It stands still when nothing has moved for two seconds; then the deaf one goes, and all the others' events come.
        var before = 0L;
        var still = Stopwatch.StartNew();
        await Wait.UntilAsync(
            () =>
            {
                if (fast.Statistics.Received is var now && now != before)
                {
                    before = now;
                    still.Restart();
                }

                return before > 0 && still.Elapsed > TimeSpan.FromSeconds(2);
            },
            "the hub to stand still");
        Assert.InRange(before, 1, Count - 1);
        deaf.Dispose();
        Assert.Equal(Count, (await Wait.TakeAsync(fast, Count)).Count);
        await Wait.UntilAsync(() => sender.Statistics.Confirmed == Count, "all to be confirmed");
    }

    [Fact]
    public async Task A_program_that_was_stopped_drops_what_piled_up_and_the_one_beside_it_loses_nothing()
    {
        using var hub = new LibzmqHub();
        await PauseTests.StopAndGoOnAsync(Options(hub));
    }

    [Fact]
    public async Task With_CURVE_the_right_keys_are_let_in_and_a_wrong_one_is_named_in_the_log()
    {
        var server = new NetMQCertificate();
        var client = new NetMQCertificate();
        var stranger = new NetMQCertificate();
        var keys = new ZeekCurveKeys(server.PublicKeyZ85, client.PublicKeyZ85, client.SecretKeyZ85!);
        using var hub = new LibzmqHub(keys, server.SecretKeyZ85);
        await using var receiver = await StartAsync(Options(hub, keys), "curve.");
        await using var sender = await StartAsync(Options(hub, keys));
        for (var i = 0; i < 3000; i++)
            Assert.Equal(PublishResult.Sent, sender.Publish("curve.", Kilobyte));
        Assert.All(await Wait.TakeAsync(receiver, 3000), message => Assert.Equal(Kilobyte, message.Event));

        await RefusedAsync(new ZeekCurveKeys(server.PublicKeyZ85, stranger.PublicKeyZ85, stranger.SecretKeyZ85!), "it refuses the client's keys (400)");
        await RefusedAsync(new ZeekCurveKeys(stranger.PublicKeyZ85, client.PublicKeyZ85, client.SecretKeyZ85!), "is the server public key the right one?");
        await RefusedAsync(null, "does it want CURVE?");

        async Task RefusedAsync(ZeekCurveKeys? wrong, string because)
        {
            var log = new ListLogger();
            await using var outside = new ZeekClient(Options(hub, wrong), log);
            var start = outside.StartAsync(Wait.Token);
            await Wait.UntilAsync(() => log.Lines.Any(line => line.Contains(because, StringComparison.Ordinal)), $"a line with '{because}', came: {string.Join("\n", log.Lines)}");
            Assert.False(start.IsCompleted);
        }
    }
}
