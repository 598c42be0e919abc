namespace MailScanBridge.Daemon.Scan;

/// <summary>What the command line says about a scan.</summary>
internal sealed record ScanOptions
{
    /// <summary>Files, directories, or <c>-</c> for standard input.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>One JSON object a line instead of text.</summary>
    public bool Json { get; init; }

    /// <summary>Says of each part why each step ran or did not.</summary>
    public bool Explain { get; init; }

    /// <summary>Files scanned at a time. Default: the number of processors.</summary>
    public int Jobs { get; init; } = Environment.ProcessorCount;

    /// <summary>Largest file that is scanned, in bytes, default 2 GiB. A larger one is <c>unscanned: too_large</c>, and counts as not scanned.</summary>
    public long MaxSize { get; init; } = 2L * 1024 * 1024 * 1024;
}
