using MailScanBridge.Scanning.Resilience;

namespace MailScanBridge.Scanning.Clamd;

/// <summary>Where clamd listens and what it takes.</summary>
public sealed record ClamdOptions
{
    /// <summary>Absolute path of clamd's socket (Debian: <c>/run/clamav/clamd.ctl</c>), or <c>tcp://host:port</c>. clamd has no
    /// authentication: keep the socket to its group, and TCP to loopback.</summary>
    public required string Address { get; init; }

    /// <summary>How many scans, and so connections, at a time (default 4), how long one may take (default 60 s), and what becomes of a clamd that is down.</summary>
    public ToolGuardOptions Guard { get; init; } = new() { Concurrency = 4, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>
    /// Largest item handed to clamd, in bytes; default 25 MiB, which is what Debian sets in clamd.conf as MaxFileSize and
    /// StreamMaxLength. Beyond clamd's own limit its OK proves nothing: it is tried at the start, and what clamd was seen to scan
    /// counts where that is less. A larger item fails with <c>too_large</c>.
    /// </summary>
    public long MaxSize { get; init; } = 25 * 1024 * 1024;

    /// <summary>True (default): on a Unix socket the open file is passed (FILDES) instead of its content (INSTREAM), if clamd takes it.</summary>
    public bool PassFiles { get; init; } = true;

    /// <summary>Age at which clamd's database is called old, in the log once; default 7 days. Its OK still counts.</summary>
    public TimeSpan MaxDatabaseAge { get; init; } = TimeSpan.FromDays(7);
}
