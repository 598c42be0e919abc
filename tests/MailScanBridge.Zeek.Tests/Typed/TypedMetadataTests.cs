using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Typed;

[ZeekEvent("Supervisor::node_status")]
public sealed partial record NodeStatus(string Node, ulong Pid);

public sealed partial class TimedListener
{
    public TaskCompletionSource<(string Node, DateTimeOffset? At, int Entries)> Heard { get; } = new();

    [ZeekEvent("Supervisor::node_status")]
    public void OnStatus(string node, ulong pid, ZeekRawEvent raw) => Heard.TrySetResult((node, raw.NetworkTime, raw.Metadata.Count));
}

/// <summary>What travels beside a typed event's arguments.</summary>
public class TypedMetadataTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000.5);
    private static readonly ZeekEventMetadata Own = new(4711, ZeekValue.FromString("trace-7"));

    [Fact]
    public void The_event_with_metadata_from_Zeeks_own_tests_is_written_typed_to_the_same_bytes()
    {
        const string Golden = "0e030200000000000000010200000000000000010e03051753757065727669736f723a3a6e6f64655f7374617475730e0205045445535402000000000000002a0e010e02020000000000000001090000000000000000";
        var bytes = ZeekWire.Encode(new NodeStatus("TEST", 42), [ZeekEventMetadata.FromNetworkTime(DateTimeOffset.UnixEpoch)]);
        Assert.Equal(Golden, Convert.ToHexStringLower(bytes));
        Assert.Equal(new NodeStatus("TEST", 42), ZeekWire.DecodeEvent<NodeStatus>(bytes));
        Assert.Equal(ZeekWire.Encode(new NodeStatus("TEST", 42)), ZeekWire.Encode(new NodeStatus("TEST", 42), []));
    }

    [Fact]
    public async Task What_is_published_beside_a_typed_event_comes_out_with_it()
    {
        await using var cluster = new Cluster();
        var reader = await cluster.StartClientAsync("meta.");
        var handling = await cluster.StartClientAsync("meta.");
        var sender = await cluster.StartClientAsync();
        await sender.WaitForSubscriberAsync("meta.", Wait.Token);
        var listener = new TimedListener();
        var handled = handling.HandleAllAsync(listener, TestContext.Current.CancellationToken);
        Assert.Equal(PublishResult.Sent, sender.Publish("meta.", new NodeStatus("a", 1), [Own, ZeekEventMetadata.FromNetworkTime(At)]));
        Assert.Equal(PublishResult.Sent, sender.Publish("meta.", new NodeStatus("b", 2)));
        await using var messages = reader.ReadAllAsync<NodeStatus>(Wait.Token).GetAsyncEnumerator(Wait.Token);
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal((new NodeStatus("a", 1), At), (messages.Current.Event, messages.Current.NetworkTime));
        Assert.Equal([Own, ZeekEventMetadata.FromNetworkTime(At)], messages.Current.Metadata);
        Assert.Equal(messages.Current, messages.Current with { Metadata = [Own, ZeekEventMetadata.FromNetworkTime(At)] });
        Assert.NotEqual(messages.Current, messages.Current with { Metadata = [] });
        Assert.True(await messages.MoveNextAsync());
        Assert.Null(messages.Current.NetworkTime);
        Assert.Empty(messages.Current.Metadata);
        Assert.Equal(("a", At, 2), await listener.Heard.Task.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken));
        await handling.DisposeAsync();
        await handled;
    }

    [Fact]
    public void A_network_time_that_is_no_time_is_none_and_the_first_counts()
    {
        ZeekRawEvent Raw(params ZeekEventMetadata[] metadata) => new("t.", "s", ZeekWire.Encode(new NodeStatus("a", 1), metadata), 1);
        Assert.Null(Raw(new(ZeekEventMetadata.NetworkTimestamp, ZeekValue.FromCount(1)), ZeekEventMetadata.FromNetworkTime(At)).NetworkTime);
        Assert.Equal(At, Raw(Own, ZeekEventMetadata.FromNetworkTime(At), ZeekEventMetadata.FromNetworkTime(At.AddDays(1))).NetworkTime);
        Assert.Null(Raw().NetworkTime);
    }
}
