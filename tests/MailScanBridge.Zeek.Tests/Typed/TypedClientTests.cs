using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Typed;

public sealed partial class Listener
{
    public List<string> Heard { get; } = [];

    public TaskCompletionSource Done { get; } = new();

    [ZeekEvent("Test::moved")]
    public void OnMoved(Moved moved) => Heard.Add($"moved to {moved.To.Street}");

    [ZeekEvent("Test::said")]
    public async Task OnSaid(string text, ulong? times, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        Heard.Add($"said {text} {times}");
    }

    [ZeekEvent("Test::done")]
    public ValueTask OnDone(ZeekRawEvent raw)
    {
        Heard.Add(raw.Topic);
        Done.SetResult();
        return default;
    }
}

public class TypedClientTests
{
    private static readonly Moved Event = new(7, new Address("Main", 5, Color.Green), 2);

    [Fact]
    public async Task A_typed_event_is_published_and_read()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("typed.");
        var sender = await cluster.StartClientAsync();
        sender.Publish("typed.", new ZeekEvent("Test::other"));
        sender.Publish("typed.", new ZeekEvent("Test::moved", ZeekValue.FromCount(1)));
        Assert.Equal(PublishResult.Sent, sender.Publish("typed.", Event));
        await foreach (var message in receiver.ReadAllAsync<Moved>(Wait.Token))
        {
            Assert.Equal(Event, message.Event);
            Assert.Equal(sender.NodeId, message.Sender);
            break;
        }

        Assert.Equal(1, receiver.Statistics.Undecodable["schema:Test::moved"]);
    }

    [Fact]
    public async Task Methods_are_called_for_their_events_in_order_and_misfits_end_nothing()
    {
        await using var cluster = new Cluster();
        var receiver = await cluster.StartClientAsync("call.");
        var sender = await cluster.StartClientAsync();
        var listener = new Listener();
        var handling = receiver.HandleAllAsync(listener, TestContext.Current.CancellationToken);
        sender.Publish("call.", Event);
        sender.Publish("call.", new ZeekEvent("Test::said", ZeekValue.FromString("hello"), ZeekValue.FromCount(3)));
        sender.Publish("call.", new ZeekEvent("Test::said", ZeekValue.FromString("bye"), ZeekValue.None));
        sender.Publish("call.", new ZeekEvent("Test::said", ZeekValue.FromCount(1)));
        sender.Publish("call.", new ZeekEvent("Test::unknown"));
        sender.Publish("call.end", new ZeekEvent("Test::done"));
        await listener.Done.Task.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(["moved to Main", "said hello 3", "said bye ", "call.end"], listener.Heard);
        Assert.Equal(1, receiver.Statistics.Undecodable["schema:Test::said"]);
        await receiver.DisposeAsync();
        await handling;
    }
}
