using System.Collections.Concurrent;
using MailScanBridge.Intake;
using MailScanBridge.Queue;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;

namespace MailScanBridge;

/// <content>What is given up while too much waits, and what is made up for when nothing does.</content>
internal sealed partial class ScanPipeline
{
    private const int MaxTraceNodes = 1000;

    private static readonly string[] s_meanings =
    [
        "Everything is scanned in full; what was kept for later is scanned now.",
        "Optional steps are left out where a mandatory one remains.",
        "Files of low risk (overload.low_risk) are answered at once, and scanned later.",
        "Zeek asks about no files of low value (MailScan::low_value_types).",
    ];

    private readonly int _maxRate;
    private readonly long _started;
    private readonly ConcurrentDictionary<(string Node, ulong Incarnation), byte> _traceNodes = new();

    /// <summary>A trace waits for its verdicts, so nothing of it is given up for overload.</summary>
    private bool IsTrace(FileRequest request) => _traceNodes.ContainsKey((request.Node, request.Incarnation));

    private void RememberTrace(NodeHello hello)
    {
        if (hello.Trace && _traceNodes.TryAdd((hello.Node, hello.Incarnation), 0) && _traceNodes.Count > MaxTraceNodes)
        {
            _traceNodes.TryRemove(_traceNodes.Keys.MinBy(k => k.Incarnation), out _);
        }
    }

    /// <summary>Why a request is answered with overload at once; null where it is scanned.</summary>
    private string? WhyGiveUp(ScanRequest request)
    {
        if (WhyTooFast(request) is { } tooFast)
        {
            return tooFast;
        }

        var level = _overload.Level;
        if (level < 2 || request.StoreName is null || IsTrace(request.File) || request.File.Kind == "message" || FileScan.DeclaredType(request.File) is { } declared && declared.StartsWith("message/", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            var type = ContentTypes.DetectFile(_custody.PathOf(request.StoreName));
            return type != ContentTypes.Svg && _lowRisk.Matches(type) ? $"{type} is of low risk, at overload level {level}" : null;
        }
        catch (IOException)
        {
            return null; // The scan will find out, and say, what is wrong with the file.
        }
    }

    /// <summary>Why a request is beyond its node's rate; null where it is not, where a trace asks, and where it is a repeat.</summary>
    private string? WhyTooFast(ScanRequest request)
    {
        if (request.StoreName is null || IsTrace(request.File) || _queue.Find(request.RequestKey) is not null)
        {
            return null;
        }

        var decision = _rates.Take(request.File.Node);
        if (decision.IsAllowed)
        {
            return null;
        }

        _metrics.RateLimited();
        if (decision.TellBeyond is { } beyond)
        {
            Log.RateLimited(_logger, Printable.Text(request.File.Node), _maxRate, beyond, OriginRates.TellEvery.TotalSeconds);
        }

        return $"more than {_maxRate} files a second (overload.max_rate)";
    }

    /// <summary>Looks at the queue; tells Zeek and the log when the level has changed.</summary>
    private void WatchOverload()
    {
        var before = _overload.Level;
        var (open, wait) = (_queue.OpenCount, _queue.OldestWait);
        if (_overload.Update(open, wait, _time.GetElapsedTime(_started)))
        {
            _metrics.OverloadLevel(_overload.Level);
            Log.OverloadLevel(_logger, _overload.Level, before, _queue.WaitingCount, open, wait.TotalSeconds, s_meanings[_overload.Level]);
            _client.Publish(Topics.Bridge(_options.Bridge), Status("", 0));
        }

        if (_overload.Level == 0)
        {
            _queue.TakeUpLater(_options.Workers);
        }
    }

    /// <summary>Less at each level, so that a trace is read more slowly: half, a quarter, an eighth.</summary>
    private uint CreditNow => (uint)Math.Max(1, _options.Credit >> _overload.Level);
}
