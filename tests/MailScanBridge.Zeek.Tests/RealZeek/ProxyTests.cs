using MailScanBridge.Zeek.Tests.Support;
using NetMQ;

namespace MailScanBridge.Zeek.Tests.RealZeek;

/// <summary>Behind Zeek's own proxy, whose rules are the strict ones: a subscriber that does not read stalls everyone.</summary>
public sealed class ProxyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zeek-proxy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<(RunningProgram Zeek, ZeekClientOptions Options)> StartAsync(string script = "", ZeekCurveKeys? keys = null, string? serverSecret = null)
    {
        ZeekProgram.Find();
        await using var cluster = new Cluster();
        var (xPub, xSub) = (cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint);
        var options = cluster.Options with { Curve = keys };
        await cluster.Hub.DisposeAsync();
        const string Backend = "Cluster::Backend::ZeroMQ::";
        var lines = new List<string>
        {
            "@load frameworks/cluster/backend/zeromq",
            script.Length > 0 ? "@load " + script : "",
            $"redef {Backend}listen_xpub_endpoint = \"{xPub}\";",
            $"redef {Backend}listen_xsub_endpoint = \"{xSub}\";",
        };
        if (keys is not null)
        {
            lines.Add($"redef {Backend}curve_server_publickey = \"{keys.ServerPublicKey}\";");
            lines.Add($"redef {Backend}curve_server_secretkey = \"{serverSecret}\";");
            lines.Add($"redef {Backend}curve_client_publickey = \"{keys.ClientPublicKey}\";");
            lines.Add($"redef {Backend}curve_client_secretkey = \"{keys.ClientSecretKey}\";");
        }

        var wrapper = Path.Combine(_directory, "proxy.zeek");
        await File.WriteAllLinesAsync(wrapper, lines, TestContext.Current.CancellationToken);
        return (ZeekProgram.Start(wrapper, _directory, Backend + "run_proxy_thread=T", xPub, xSub), options);
    }

    [Fact]
    public async Task A_client_that_is_not_read_from_loses_its_own_events_and_the_one_beside_it_none()
    {
        const int Count = 20_000;
        var (zeek, options) = await StartAsync();
        using (zeek)
        {
            await using var slow = new ZeekClient(options with { ReceiveQueueCapacity = 100 });
            slow.Subscribe("load.");
            await slow.StartAsync(Wait.Token);
            await using var fast = new ZeekClient(options with { ReceiveQueueCapacity = Count });
            fast.Subscribe("load.");
            await fast.StartAsync(Wait.Token);
            await using var sender = new ZeekClient(options with { SendQueueCapacity = Count });
            await sender.StartAsync(Wait.Token);
            var e = new ZeekEvent("Test::n", ZeekValue.FromBytes(new byte[1000]));
            for (var i = 0; i < Count; i++)
                Assert.Equal(PublishResult.Sent, sender.Publish("load.x", e));
            Assert.Equal(Count, (await Wait.TakeAsync(fast, Count)).Count);
            await Wait.UntilAsync(() => slow.Statistics.Received == Count, "the slow one to have taken all off the wire");
            await Wait.UntilAsync(() => slow.Statistics.Overflow.GetValueOrDefault("load.x") == Count - 100, "what was dropped to be counted");
            await Wait.UntilAsync(() => sender.Statistics.Confirmed == Count, "all to be confirmed");
        }
    }

    [Fact]
    public async Task With_Zeeks_CURVE_keys_a_client_is_let_in()
    {
        var server = new NetMQCertificate();
        var client = new NetMQCertificate();
        var keys = new ZeekCurveKeys(server.PublicKeyZ85, client.PublicKeyZ85, client.SecretKeyZ85!);
        var (zeek, options) = await StartAsync(keys: keys, serverSecret: server.SecretKeyZ85);
        using (zeek)
        {
            await using var receiver = new ZeekClient(options);
            receiver.Subscribe("curve.");
            await receiver.StartAsync(Wait.Token);
            await using var sender = new ZeekClient(options);
            await sender.StartAsync(Wait.Token);
            Assert.Equal(PublishResult.Sent, sender.Publish("curve.", new ZeekEvent("Test::ping")));
            Assert.Equal("Test::ping", (await Wait.NextAsync(receiver)).Event.Name);

            // Another client key, and none at all, are not let in: Zeek's ZAP knows just the one.
            var stranger = new NetMQCertificate();
            foreach (var wrong in new[] { new ZeekCurveKeys(server.PublicKeyZ85, stranger.PublicKeyZ85, stranger.SecretKeyZ85!), null })
            {
                var log = new ListLogger();
                await using var outside = new ZeekClient(options with { Curve = wrong, BarrierTimeout = TimeSpan.FromSeconds(1) }, log);
                _ = outside.StartAsync(Wait.Token);
                await Wait.UntilAsync(() => !log.Lines.IsEmpty, "a line about the refusal");
                Assert.False(outside.IsConnected);
            }
        }
    }

    [Fact]
    public async Task The_sample_PingPong_is_answered_by_its_script()
    {
        var (zeek, options) = await StartAsync(Path.Combine(RunningProgram.Repository, "samples", "PingPong", "pingpong.zeek"));
        using (zeek)
        {
            using var pinger = RunningProgram.Sample("PingPong", options.HubXPub, options.HubXSub, "20");
            Assert.Equal(0, await pinger.EndAsync());
            Assert.Equal(20, pinger.Lines.Count(line => line.StartsWith("pong ", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_program_that_was_stopped_costs_the_one_beside_it_nothing()
    {
        var (zeek, options) = await StartAsync();
        using (zeek)
            await Transport.PauseTests.StopAndGoOnAsync(options);
    }
}
