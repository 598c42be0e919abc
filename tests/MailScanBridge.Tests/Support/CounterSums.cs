using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MailScanBridge.Telemetry;

namespace MailScanBridge.Tests.Support;

/// <summary>What a pipeline's counters have come to, by name, and by name and tags as in <c>name{tag=value}</c>.</summary>
internal sealed class CounterSums : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly MeterListener _listener = new();

    public CounterSums(MailScanMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            if (tags.Length > 0)
            {
                _sums.AddOrUpdate($"{instrument.Name}{{{string.Join(',', tags.ToArray().Select(t => $"{t.Key}={t.Value}"))}}}", value, (_, sum) => sum + value);
            }
        });
        _listener.Start();
    }

    public long this[string counter] => _sums.GetValueOrDefault(counter);

    public void Dispose() => _listener.Dispose();
}
