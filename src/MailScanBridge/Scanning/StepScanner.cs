using MailScanBridge.Routing;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning;

/// <summary>A scanner within the limits of one step of a route; without limits, the scanner itself. Safe for concurrent use.</summary>
internal sealed class StepScanner : IScanner
{
    private readonly IScanner _scanner;
    private readonly long? _maxSize;
    private readonly RateLimit? _rate;

    private StepScanner(IScanner scanner, long? maxSize, RateLimit? rate)
    {
        _scanner = scanner;
        _maxSize = maxSize;
        _rate = rate;
    }

    public string Name => _scanner.Name;

    public string? Version => _scanner.Version;

    public bool LooksAtContent => _scanner.LooksAtContent;

    /// <param name="scanner">Who scans.</param>
    /// <param name="step">Whose size is the limit.</param>
    /// <param name="rate">The step's, shared by all of its runs; null for none.</param>
    public static IScanner Within(IScanner scanner, RouteStep step, RateLimit? rate) =>
        step.MaxSize is null && rate is null ? scanner : new StepScanner(scanner, step.MaxSize, rate);

    public string Sees(ScanItem item) => _scanner.Sees(item);

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => _scanner.RefreshAsync(cancellationToken);

    public ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken) =>
        item.Size > _maxSize
            ? ValueTask.FromResult(ScannerResult.Failed(Reasons.TooLarge, $"{item.Size} bytes; this step takes {_maxSize} (max_size)"))
            : _rate?.TryTake() == false
            ? ValueTask.FromResult(_rate.TurnedAway())
            : _scanner.ScanAsync(item, cancellationToken);
}
