namespace MailScanBridge.Scanning.Clamd;

/// <summary>Where clamd listens and what it takes.</summary>
public sealed record ClamdOptions
{
    /// <summary>Absolute path of clamd's socket (Debian: <c>/run/clamav/clamd.ctl</c>), or <c>tcp://host:port</c>. clamd has no
    /// authentication: keep the socket to its group, and TCP to loopback.</summary>
    public required string Address { get; init; }

    /// <summary>Time for one scan, connect included; default 60 s. Beyond it the step fails with <c>timeout</c>.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Largest item handed to clamd, in bytes; default 25 MiB, which is what Debian sets in clamd.conf as MaxFileSize and
    /// StreamMaxLength. Beyond clamd's own limit its OK proves nothing, so set this to the smaller of the two. A larger
    /// item fails with <c>too_large</c>.
    /// </summary>
    public long MaxSize { get; init; } = 25 * 1024 * 1024;

    /// <summary>Most scans at a time; default 4. More wait for their turn.</summary>
    public int Concurrency { get; init; } = 4;
}
