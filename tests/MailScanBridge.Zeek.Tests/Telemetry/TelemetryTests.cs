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
