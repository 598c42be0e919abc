using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning;

/// <summary>One tool that looks at an item. Implementations are safe for concurrent use.</summary>
public interface IScanner
{
    /// <summary>The name used in configuration, routes, verdicts and logs.</summary>
    string Name { get; }

    /// <summary>The tool's version as it last told it, or null before it was reached.</summary>
    string? Version { get; }

    /// <summary>
    /// True where a finished scan proves something about the whole content. A hash list is not such a scanner: its miss
    /// proves nothing.
    /// </summary>
    bool LooksAtContent { get; }

    /// <summary>
    /// Scans one item. Does not throw for what a file or a tool may do: a failure is a result with
    /// <see cref="ScanOutcome.Failed"/>. Throws only <see cref="OperationCanceledException"/> for <paramref name="cancellationToken"/>.
    /// </summary>
    ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken);
}
