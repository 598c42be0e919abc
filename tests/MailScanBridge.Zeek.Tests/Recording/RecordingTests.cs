using MailScanBridge.Zeek.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace MailScanBridge.Zeek.Tests.Recording;

public sealed class RecordingTests
{
    private const string Head = "#zeek-recording 1\n";
    private static readonly ZeekEvent Ping = new("Test::ping", ZeekValue.FromCount(1));
    private static readonly string PingHex = Convert.ToHexStringLower(ZeekWire.Encode(Ping));

    private readonly ZeekTestHub _hub = new();

    private async Task<ZeekClient> StartAsync(string? topic = null)
    {
        var client = _hub.NewClient();
        if (topic is not null)
            client.Subscribe(topic);
        await client.StartAsync(Wait.Token);
        return client;
    }

    private static async Task<(List<ZeekRecordedEvent> Events, ZeekRecordingException? End)> ReadAsync(string text, ZeekWireLimits? limits = null)
    {
        var events = new List<ZeekRecordedEvent>();
        try
        {
            await foreach (var e in ZeekRecording.ReadAsync(new StringReader(text), limits, Wait.Token))
                events.Add(e);
            return (events, null);
        }
        catch (ZeekRecordingException e)
        {
            return (events, e);
        }
    }

    private static string Line(string topic = "a.", int seconds = 1) => $"{seconds}000000000\t{topic}\tzeek\tbroker-bin-v1\t{PingHex}\n";

    [Fact]
    public async Task Events_are_recorded_to_a_text_and_played_again()
    {
        var recorded = new StringWriter();
        await using (var client = await StartAsync("rec."))
        {
            var recording = ZeekRecording.WriteAsync(client.ReadAllRawAsync(Wait.Token), recorded, new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddSeconds(1)), Wait.Token);
            _hub.Publish("rec.%\t\u001b\u202eü", Ping, "a\nb");
            _hub.Publish("rec.2", new ZeekEvent("Test::pong", ZeekValue.FromBytes([0, 255])));
            await Wait.UntilAsync(() => recorded.ToString().Count(c => c == '\n') == 3, "both to be recorded");
            await client.DisposeAsync();
            await recording;
        }

        Assert.StartsWith("#zeek-recording 1\n1000000000\trec.%25%09%1b%e2%80%ae%c3%bc\ta%0ab\tbroker-bin-v1\t0e03", recorded.ToString(), StringComparison.Ordinal);
        await using var receiver = await StartAsync("rec.");
        Assert.Equal(2, await ZeekRecording.PlayIntoAsync(ZeekRecording.ReadAsync(new StringReader(recorded + "# a comment\n"), cancellationToken: Wait.Token), _hub, cancellationToken: Wait.Token));
        var played = await Wait.TakeAsync(receiver, 2);
        Assert.Equal(("rec.%\t\u001b\u202eü", "a\nb", Ping), (played[0].Topic, played[0].Sender, played[0].Event));
        Assert.Equal([0, 255], played[1].Event.Args[0].AsBytes().ToArray());
    }

    [Fact]
    public async Task A_recording_of_the_first_version_is_read_with_its_names_as_they_were_written_then()
    {
        var (events, end) = await ReadAsync(Head + "1000000000\trec.%25%09ü\ta%0ab %zz %\tbroker-bin-v1\t" + PingHex + "\tmore\n");
        Assert.Null(end);
        var e = Assert.Single(events);
        Assert.Equal(("rec.%\tü", "a\nb %zz %", Ping), (e.Event.Topic, e.Event.Sender, e.Event.Decode().Event));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(1), e.At);
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else\n")]
    [InlineData("#zeek-recording 2\n")]
    [InlineData("#zeek-recording 11\n1\tt\ts\tbroker-bin-v1\t0e00\n")]
    [InlineData("#zeek-recording 1\n1\tt\ts\tbroker-bin-v1\n")]
    [InlineData("#zeek-recording 1\n1\tt\ts\tbroker-bin-v1\t0g\n")]
    [InlineData("#zeek-recording 1\n1\tt\ts\tbroker-bin-v1\t00\n")]
    [InlineData("#zeek-recording 1\nx\tt\ts\tbroker-bin-v1\t0e00\n")]
    [InlineData("#zeek-recording 1\n1\tt\ts\tJSON\t0e00\n")]
    public async Task A_text_that_is_no_recording_or_a_broken_one_is_told(string text)
    {
        var (_, end) = await ReadAsync(text);
        Assert.False(end!.IsTorn);
        Assert.Equal(text.Contains('\t', StringComparison.Ordinal) && !text.Contains("11", StringComparison.Ordinal) ? 2 : 1, end.Line);
    }

    [Fact]
    public async Task A_line_cut_anywhere_is_found_where_it_is_and_what_comes_before_it_is_read()
    {
        for (var cut = 1; cut < Line().Length - 1; cut++)
        {
            var (events, end) = await ReadAsync(Head + Line() + Line()[..cut] + "\n" + Line());
            Assert.Single(events);
            Assert.Equal((3, false), (end!.Line, end.IsTorn));
        }
    }

    [Fact]
    public async Task A_last_line_cut_anywhere_is_told_apart_as_torn()
    {
        for (var cut = 1; cut < Line().Length - 1; cut++)
        {
            var (events, end) = await ReadAsync(Head + Line() + Line()[..cut]);
            Assert.Single(events);
            Assert.Equal((3, true), (end!.Line, end.IsTorn));
        }

        Assert.Null((await ReadAsync(Head + Line() + Line().TrimEnd('\n'))).End);
    }

    [Fact]
    public async Task Limits_hold_for_events_and_for_lines()
    {
        var limits = new ZeekWireLimits { MaxBytes = (PingHex.Length / 2) - 1 };
        Assert.Equal(2, (await ReadAsync(Head + Line(), limits)).End!.Line);
        Assert.Null((await ReadAsync(Head + Line(), limits with { MaxBytes = PingHex.Length / 2 })).End);
        var endless = new string('x', (8 * 1024) + 4097);
        Assert.Contains("longer than", (await ReadAsync(Head + endless, new ZeekWireLimits { MaxBytes = 1024 })).End!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_event_that_came_in_does_not_break_the_recording()
    {
        var recorded = new StringWriter();
        await using (var client = await StartAsync("rec."))
        {
            var recording = ZeekRecording.WriteAsync(client.ReadAllRawAsync(Wait.Token), recorded, cancellationToken: Wait.Token);
            _hub.Inject("rec.1"u8.ToArray(), "rogue"u8.ToArray(), "broker-bin-v1"u8.ToArray(), ZeekWire.Encode(Ping)[..^3]);
            _hub.Inject("rec.2"u8.ToArray(), "rogue"u8.ToArray(), "broker-bin-v1"u8.ToArray(), [.. ZeekWire.Encode(Ping), 0]);
            _hub.Publish("rec.3", Ping);
            await Wait.UntilAsync(() => recorded.ToString().Count(c => c == '\n') == 4, "all to be recorded");
            await client.DisposeAsync();
            await recording;
        }

        Assert.Equal(2, recorded.ToString().Split('\n').Count(line => line.StartsWith("#broken\t", StringComparison.Ordinal)));
        var (events, end) = await ReadAsync(recorded.ToString());
        Assert.Null(end);
        Assert.Equal("rec.3", Assert.Single(events).Event.Topic);
    }

    [Fact]
    public async Task A_recording_is_published_through_a_client_whose_queue_is_smaller_than_it()
    {
        const int Count = 200;
        await using var receiver = await StartAsync("a.");
        await using var client = _hub.NewClient(new ZeekClientOptions { SendQueueCapacity = 5, SendWindow = 16 });
        await client.StartAsync(Wait.Token);
        var text = Head + Line("nobody.") + string.Concat(Enumerable.Range(0, Count).Select(i => Line($"a.{i}")));
        Assert.Equal(Count, await ZeekRecording.PlayThroughAsync(ZeekRecording.ReadAsync(new StringReader(text), cancellationToken: Wait.Token), client, cancellationToken: Wait.Token));
        var played = await Wait.TakeAsync(receiver, Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => ($"a.{i}", client.NodeId, Ping)), played.Select(message => (message.Topic, message.Sender, message.Event)));
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ZeekPublishException>(() => ZeekRecording.PlayThroughAsync(ZeekRecording.ReadAsync(new StringReader(text), cancellationToken: Wait.Token), client, cancellationToken: Wait.Token));
    }

    [Fact]
    public async Task Played_at_its_pace_the_events_have_the_time_between_them_that_they_had()
    {
        var time = new FakeTimeProvider();
        await using var receiver = await StartAsync("a.");
        var text = Head + Line("a.0", 100) + Line("a.1", 130) + Line("a.2", 120);
        var playing = ZeekRecording.PlayIntoAsync(ZeekRecording.ReadAsync(new StringReader(text), cancellationToken: Wait.Token), _hub, keepPace: true, time, Wait.Token);
        Assert.Equal("a.0", (await Wait.NextAsync(receiver)).Topic);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((false, 1L), (playing.IsCompleted, receiver.Statistics.Received));
        await Wait.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return playing.IsCompleted;
            },
            "the rest to be played");
        Assert.Equal(3, await playing);
        Assert.Equal(["a.1", "a.2"], (await Wait.TakeAsync(receiver, 2)).Select(message => message.Topic));
    }
}
