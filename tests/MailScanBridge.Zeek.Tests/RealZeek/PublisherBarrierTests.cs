using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.RealZeek;

/// <summary>Once a real Zeek has passed the barrier, the first event it publishes arrives.</summary>
public sealed class PublisherBarrierTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zeek-barrier-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_Zeek_publishes_once_to_a_topic_that_passed_the_barrier_arrives()
    {
        ZeekProgram.Find();
        await using var cluster = new Cluster();
        var script = Path.Combine(_directory, "test.zeek");
        await File.WriteAllTextAsync(
            script,
            $$"""
            @load {{Path.Combine(RunningProgram.Repository, "samples", "PublisherBarrier", "publisher-barrier.zeek")}}
            module Test;
            export { global go: event(topic: string); global once: event(topic: string); global stranger: event(); }
            event zeek_init() { Cluster::subscribe("test.go."); }
            event Test::go(topic: string) { Cluster::publish(topic, Test::once, topic); }
            """,
            TestContext.Current.CancellationToken);
        using var zeek = ZeekProgram.Node(script, cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, _directory);
        var other = await cluster.StartClientAsync("test.");
        await other.WaitForSubscriberAsync("test.go.", Wait.Token);
        for (var i = 0; i < 20; i++)
        {
            await using var client = new ZeekClient(cluster.Options);
            await client.StartAsync(Wait.Token);
            client.Subscribe($"once.{i}.");
            Assert.Equal(["zeek"], await client.WaitForPublishersAsync(1, Wait.Token));
            Assert.Equal(PublishResult.Sent, other.Publish("test.go.", new ZeekEvent("Test::go", ZeekValue.FromString($"once.{i}."))));
            Assert.Equal($"once.{i}.", (await Wait.NextAsync(client)).Event.Args[0].AsString());
        }

        // A stranger cannot make Zeek publish wherever it likes: the answer to this would come first.
        Assert.Equal(PublishResult.Sent, other.Publish("zeek-client.barrier.ask.", new ZeekEvent("ZeekClient::barrier_ask", ZeekValue.FromString("test."))));
        other.Publish("test.go.", new ZeekEvent("Test::go", ZeekValue.FromString("test.end.")));
        Assert.Equal("Test::once", (await Wait.NextAsync(other)).Event.Name);
    }
}
