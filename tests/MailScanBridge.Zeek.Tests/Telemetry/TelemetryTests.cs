using System.Diagnostics.Metrics;
using System.Reflection;
using MailScanBridge.Zeek.Tests.Support;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Zeek.Tests.Telemetry;

public class TelemetryTests
{
    [Fact]
    public async Task Each_metric_has_a_unit_and_a_description_and_counts_what_happened()
    {
        var hub = new ZeekTestHub();
        await using var client = hub.NewClient(new ZeekClientOptions { NodeName = "metered", ReceiveQueueCapacity = 2 });
        var values = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name != ZeekClient.MeterName || !instrument.Meter.Tags!.Contains(new KeyValuePair<string, object?>("zeek.node", "metered")))
                return;
            Assert.False(string.IsNullOrEmpty(instrument.Unit), instrument.Name);
            Assert.False(string.IsNullOrEmpty(instrument.Description), instrument.Name);
            self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            values[string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => tag.Value!.ToString()!)])] = value);
        listener.Start();
        client.Subscribe("m.");
        await client.StartAsync(Wait.Token);
        for (var i = 0; i < 5; i++)
            hub.Publish("m.x", new ZeekEvent("Test::x"));
        hub.Inject("m."u8.ToArray());
        client.Publish("nobody.", new ZeekEvent("Test::x"));
        await Wait.UntilAsync(() => client.Statistics.Received == 6, "all to come in");
        listener.RecordObservableInstruments();
        Assert.Equal(6, values["zeek.client.received"]);
        Assert.Equal(3, values["zeek.client.overflow m.x"]);
        Assert.Equal(1, values["zeek.client.undecodable part-count"]);
        Assert.Equal(1, values["zeek.client.refused no_subscriber"]);
        Assert.Equal(2, values["zeek.client.receive_queue"]);
        Assert.Equal(1, values["zeek.client.connected"]);
    }

    [Fact]
    public async Task Topics_that_hostile_peers_made_up_are_escaped_in_tags_and_those_that_look_alike_are_one()
    {
        var hub = new ZeekTestHub();
        await using var client = hub.NewClient(new ZeekClientOptions { NodeName = "escaped", ReceiveQueueCapacity = 1 });
        client.Subscribe("");
        await client.StartAsync(Wait.Token);
        var name = "m.\u001b[2J\n" + new string('x', 300);
        foreach (var topic in new[] { "m.", name + "1", name + "2", name + "2" })
            hub.Publish(topic, new ZeekEvent("Test::x"));
        await Wait.UntilAsync(() => client.Statistics.Received == 4, "all to come in");
        var overflow = Assert.Single(Collect("escaped"), measured => measured.Name == "zeek.client.overflow");
        Assert.Equal(3, overflow.Value);
        Assert.StartsWith(@"m.\x1b[2J\x0axxx", overflow.Tag, StringComparison.Ordinal);
        Assert.Equal(0, Assert.Single(Collect("escaped"), measured => measured.Name == "zeek.client.passed_over").Value);
    }

    [Fact]
    public async Task Clients_of_one_name_are_told_apart_by_numbers_that_are_given_again()
    {
        var hub = new ZeekTestHub();
        var options = new ZeekClientOptions { NodeName = "numbered" };
        await using var one = hub.NewClient(options);
        var two = hub.NewClient(options);
        await using var three = hub.NewClient(options);
        Assert.Equal(["1", "2", "3"], Collect("numbered").Select(measured => measured.Client).Distinct().Order());
        await two.DisposeAsync();
        Assert.Equal(["1", "3"], Collect("numbered").Select(measured => measured.Client).Distinct().Order());
        await using var four = hub.NewClient(options);
        Assert.Equal(["1", "2", "3"], Collect("numbered").Select(measured => measured.Client).Distinct().Order());
    }

    private static List<(string Name, string Client, string Tag, long Value)> Collect(string node)
    {
        var measured = new List<(string, string, string, long)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == ZeekClient.MeterName && instrument.Meter.Tags!.Contains(new KeyValuePair<string, object?>("zeek.node", node)))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Add((
            instrument.Name,
            (string)instrument.Meter.Tags!.Single(tag => tag.Key == "zeek.client").Value!,
            tags.Length > 0 ? tags[0].Value!.ToString()! : "",
            value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    [Fact]
    public void Each_log_line_has_an_id_of_its_own()
    {
        var ids = typeof(ZeekClient).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId)
            .Where(id => id is not null)
            .ToList();
        Assert.True(ids.Count >= 10);
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }
}
