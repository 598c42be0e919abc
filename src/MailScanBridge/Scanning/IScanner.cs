using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning;

/// <summary>One tool that looks at an item. Implementations are safe for concurrent use.</summary>
public interface IScanner
{
    /// <summary>The name used in configuration, routes, verdicts and logs.</summary>
    string Name { get; }

    /// <summary>
    /// The tool's version as it last told it, or null before it was reached. Changes whenever its answers may: rules and
    /// databases count as much as the program, since an answer holds for the same content again under the same version.
    /// </summary>
    string? Version { get; }

    /// <summary>
    /// True where a finished scan proves something about the whole content. A hash list is not such a scanner: its miss
    /// proves nothing.
    /// </summary>
    bool LooksAtContent { get; }

    /// <summary>
    /// All that the answer hangs on besides the content, as one text: items with equal content and equal text get the same
    /// answer. Empty, the default, for scanners that see only the content, under a path of the daemon's. A scanner that looks
    /// at an item's name, types or container must say so here, or one file's answer is given for another.
    /// </summary>
    string Sees(ScanItem item) => "";

    /// <summary>
    /// Takes up rules, a database or a program that changed, so that <see cref="Version"/> is that of the next answer. Called before
    /// each answer, one from the cache too: looks only from time to time, and throws only <see cref="OperationCanceledException"/>
    /// for <paramref name="cancellationToken"/>. The default does nothing, for what does not change or is watched otherwise.
    /// </summary>
    ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Scans one item. Does not throw for what a file or a tool may do: a failure is a result with
    /// <see cref="ScanOutcome.Failed"/>. Throws only <see cref="OperationCanceledException"/> for <paramref name="cancellationToken"/>.
    /// </summary>
    ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken);
}
