using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.RealZeek;

/// <summary>An opaque value as it travels: its type's name and its state, which only Zeek understands.</summary>
[ZeekRecord]
public sealed partial record OpaqueValue(string Type, ZeekValue State);

[ZeekEvent("Echo::make_opaque")]
public sealed partial record MakeOpaque(string Text);

[ZeekEvent("Echo::e_opaque")]
public sealed partial record EchoOpaque(OpaqueValue V);

[ZeekEvent("Echo::e_meta")]
public sealed partial record EchoMeta(string Name);

[ZeekEvent("Echo::e_meta_seen")]
public sealed partial record EchoMetaSeen(string Name, DateTimeOffset At, string Trace);

/// <summary>What the echo of every type leaves out: values that only Zeek can make, and what travels beside the arguments.</summary>
public sealed class EchoBesideTests : IDisposable
{
    private const ulong Trace = 4711;
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000.5);

    private readonly string _directory = Directory.CreateTempSubdirectory("zeek-echo-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_opaque_value_that_Zeek_made_goes_back_to_it_and_comes_again_in_the_same_bytes()
    {
        await using var cluster = new Cluster();
        using var zeek = Start(cluster);
        await using var client = await ConnectAsync(cluster);
        await using var replies = client.ReadAllRawAsync(Wait.Token).GetAsyncEnumerator(Wait.Token);
        await AskAsync(client, replies, new MakeOpaque("made of this"), []);
        var made = replies.Current;
        var opaque = made.As<EchoOpaque>();
        Assert.Equal("EntropyVal", opaque.V.Type);
        Assert.True(made.Payload.Span.SequenceEqual(ZeekWire.Encode(opaque)));
        Assert.Equal(made.Payload.ToArray(), ZeekWire.Encode(made.Decode().Event));

        // Of other bytes, so that it is told apart from answers to what was asked more than once.
        var changed = new EchoOpaque(opaque.V with { State = Changed(opaque.V.State) });
        Assert.Equal(PublishResult.Sent, client.Publish("echo.to.", changed));
        do
            Assert.True(await replies.MoveNextAsync());
        while (replies.Current.Payload.Span.SequenceEqual(made.Payload.Span));
        Assert.Equal(Convert.ToHexStringLower(ZeekWire.Encode(changed)), Convert.ToHexStringLower(replies.Current.Payload.Span));
        client.Publish("echo.to.", new ZeekEvent("Echo::e_done"));
        Assert.Equal(0, await zeek.EndAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_travels_beside_the_arguments_reaches_Zeek_and_what_Zeek_adds_reaches_us(bool zeekAdds)
    {
        await using var cluster = new Cluster();
        using var zeek = Start(cluster, $"EventMetadata::add_network_timestamp={(zeekAdds ? 'T' : 'F')}");
        await using var client = await ConnectAsync(cluster);
        await using var replies = client.ReadAllRawAsync(Wait.Token).GetAsyncEnumerator(Wait.Token);
        await AskAsync(client, replies, new EchoMeta("probe"), []);
        Assert.Equal(zeekAdds, replies.Current.NetworkTime is not null);
        Assert.Equal(zeekAdds ? 1 : 0, replies.Current.Metadata.Count);
        client.Publish("echo.to.", new EchoMeta("both"), [ZeekEventMetadata.FromNetworkTime(At), new(Trace, ZeekValue.FromString("trace-7")), new(4712, ZeekValue.FromString("of no use there"))]);
        EchoMetaSeen seen;
        do
        {
            Assert.True(await replies.MoveNextAsync());
            seen = replies.Current.As<EchoMetaSeen>();
        }
        while (seen.Name == "probe");
        Assert.Equal(new EchoMetaSeen("both", At, "trace-7"), seen);
        Assert.Equal(zeekAdds, replies.Current.NetworkTime is not null);
        client.Publish("echo.to.", new ZeekEvent("Echo::e_done"));
        Assert.Equal(0, await zeek.EndAsync());
    }

    private RunningProgram Start(Cluster cluster, params IEnumerable<string> more) => ZeekProgram.Node(
        Path.Combine(RunningProgram.Repository, "tests", "MailScanBridge.Zeek.Tests", "RealZeek", "echo.zeek"), cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, _directory, more);

    private static async Task<ZeekClient> ConnectAsync(Cluster cluster)
    {
        var client = new ZeekClient(cluster.Options);
        client.Subscribe("echo.from.");
        await client.StartAsync(Wait.Token);
        await client.WaitForSubscriberAsync("echo.to.", Wait.Token);
        return client;
    }

    // Zeek may not yet know of the subscription when the first event comes: ask until it answers.
    private static async Task AskAsync<T>(ZeekClient client, IAsyncEnumerator<ZeekRawEvent> replies, T question, IReadOnlyList<ZeekEventMetadata> metadata)
        where T : IZeekEvent<T>
    {
        await using var asking = new Timer(_ => client.Publish("echo.to.", question, metadata), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
        Assert.True(await replies.MoveNextAsync());
    }

    // The state is a list of numbers, the first of which says how many bytes were seen.
    private static ZeekValue Changed(ZeekValue state) => ZeekValue.FromVector([ZeekValue.FromCount(state.AsVector()[0].AsCount() + 1), .. state.AsVector().Skip(1)]);
}
