using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Hashes;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>Keeps hash lists fresh while the daemon runs, and says what becomes of them. Safe for concurrent use.</summary>
internal sealed class ListWatch(TimeProvider time, ILogger logger, CancellationToken cancellationToken)
{
    private readonly Lock _lock = new();
    private readonly List<Task> _watches = [];

    /// <summary>Names a list's malformed lines, and watches it; other scanners are none of its business.</summary>
    public void Add(IScanner scanner)
    {
        if (scanner is not HashListScanner list)
        {
            return;
        }

        TellMalformed(list);
        lock (_lock)
        {
            _watches.Add(list.KeepFreshAsync(time, problem => Tell(list, problem), cancellationToken));
        }
    }

    /// <summary>Ends after cancellation.</summary>
    public Task EndAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_watches);
        }
    }

    private void Tell(HashListScanner list, string? problem)
    {
        if (problem is not null)
        {
            HostLog.ListRefused(logger, list.Name, problem);
            return;
        }

        HostLog.ScannerFound(logger, list.Name, list.Version ?? "");
        TellMalformed(list);
    }

    private void TellMalformed(HashListScanner list)
    {
        foreach (var line in list.Malformed)
        {
            HostLog.ListMalformed(logger, list.Name, line);
        }
    }
}
