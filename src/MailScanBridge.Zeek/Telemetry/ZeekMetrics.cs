using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using MailScanBridge.Zeek.Transport;

namespace MailScanBridge.Zeek.Telemetry;

/// <summary>The client's metrics; all are read from its counters only when someone collects them, so that they cost nothing otherwise.</summary>
internal sealed class ZeekMetrics : IDisposable
{
    private static readonly Lock TakenLock = new();
    private static readonly HashSet<(string Node, int Number)> Taken = [];

    private readonly Meter _meter;
    private readonly (string Node, int Number) _identity;

    public ZeekMetrics(string nodeName, ClientCounters counters, ReceiveQueue receiveQueue, SendQueue sendQueue, TopicDirectory directory, Func<bool> connected)
    {
        _identity = Take(nodeName);
        _meter = new Meter(
            ZeekClient.MeterName,
            version: null,
            tags: [new("zeek.node", nodeName), new("zeek.client", _identity.Number.ToString(CultureInfo.InvariantCulture))]);
        Counter("zeek.client.received", "{event}", "Messages that came in from others.", () => ClientCounters.Read(ref counters.Received));
        Counter("zeek.client.received.size", "By", "Bytes of payload that came in from others.", () => ClientCounters.Read(ref counters.ReceivedBytes));
        Counter("zeek.client.published", "{event}", "Events accepted for sending.", () => ClientCounters.Read(ref counters.Published));
        Counter("zeek.client.sent", "{event}", "Events that left for the hub.", () => ClientCounters.Read(ref counters.Sent));
        Counter("zeek.client.confirmed", "{event}", "Events that have passed the hub.", () => ClientCounters.Read(ref counters.Confirmed));
        Counter("zeek.client.send_lost", "{event}", "Events lost, or maybe lost, with a broken connection.", () => ClientCounters.Read(ref counters.SendLost));
        Counter("zeek.client.disconnects", "{disconnect}", "Connections to the hub that were lost.", () => ClientCounters.Read(ref counters.Disconnects));
        Counter("zeek.client.pauses", "{pause}", "Standstills of the client longer than its limit.", () => ClientCounters.Read(ref counters.Pauses));
        Counter("zeek.client.refused_peers", "{connection}", "Connections cut because the other side did not speak CURVE.", () => ClientCounters.Read(ref counters.Downgrades));
        Counter("zeek.client.topics_not_kept", "{topic}", "Subscriptions of others that there was no room to keep.", () => directory.NotKept);
        Counter("zeek.client.passed_over", "{event}", "Events that no reader was for.", () => Interlocked.Read(ref counters.PassedOver));
        Tagged("zeek.client.undecodable", "{message}", "Messages that could not be read.", "zeek.kind", () => counters.Undecodable);
        Tagged("zeek.client.overflow", "{event}", "Events dropped because the receive queue was full.", "zeek.topic", () => receiveQueue.Dropped);
        _meter.CreateObservableCounter(
            "zeek.client.refused",
            () => new[]
            {
                Refused("no_subscriber", ClientCounters.Read(ref counters.RefusedNoSubscriber)),
                Refused("queue_full", ClientCounters.Read(ref counters.RefusedQueueFull)),
                Refused("disconnected", ClientCounters.Read(ref counters.RefusedDisconnected)),
            },
            "{event}",
            "Events that were not accepted for sending.");
        Gauge("zeek.client.receive_queue", "{event}", "Events waiting to be read.", () => receiveQueue.Length);
        Gauge("zeek.client.send_queue", "{event}", "Events waiting to be sent.", () => sendQueue.Length);
        Gauge("zeek.client.connected", "{connection}", "1 while the connection to the hub is live, else 0.", () => connected() ? 1 : 0);
    }

    public void Dispose()
    {
        _meter.Dispose();
        lock (TakenLock)
            Taken.Remove(_identity);
    }

    // Clients of one program have one name by default, and their metrics must not be taken for one client's. The lowest number that is free, so that a program which makes clients
    // anew all day has few series and not one for each.
    private static (string Node, int Number) Take(string nodeName)
    {
        lock (TakenLock)
        {
            var number = 1;
            while (!Taken.Add((nodeName, number)))
                number++;
            return (nodeName, number);
        }
    }

    // Topics and kinds may be a peer's own words, and what collects metrics often prints them. Those that look alike then, since they are cut, are one.
    private static IEnumerable<Measurement<long>> Measure(string tag, IReadOnlyDictionary<string, long> counts) => counts
        .GroupBy(entry => Printable.Text(Encoding.UTF8.GetBytes(entry.Key)), entry => entry.Value)
        .Select(group => new Measurement<long>(group.Sum(), new KeyValuePair<string, object?>(tag, group.Key)));

    private static Measurement<long> Refused(string reason, long count) => new(count, new KeyValuePair<string, object?>("zeek.reason", reason));

    private void Counter(string name, string unit, string description, Func<long> read) => _meter.CreateObservableCounter(name, read, unit, description);

    private void Gauge(string name, string unit, string description, Func<long> read) => _meter.CreateObservableGauge(name, read, unit, description);

    private void Tagged(string name, string unit, string description, string tag, Func<IReadOnlyDictionary<string, long>> read) =>
        _meter.CreateObservableCounter(
            name,
            () => Measure(tag, read()),
            unit,
            description);
}
