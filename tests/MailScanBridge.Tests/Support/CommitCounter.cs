using System.Diagnostics.Metrics;
using MailScanBridge.Telemetry;

namespace MailScanBridge.Tests.Support;

/// <summary>Listens to the sizes of the journals' commits in this process.</summary>
internal sealed class CommitCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private int _largest;

    public CommitCounter(MailScanMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter) && instrument.Name == "mailscan.journal.commit_size")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, size, _, _) => _largest = Math.Max(_largest, size));
        _listener.Start();
    }

    public int LargestSize => _largest;

    public void Dispose() => _listener.Dispose();
}
