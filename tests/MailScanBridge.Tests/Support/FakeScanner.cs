using MailScanBridge.Scanning;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Tests.Support;

/// <summary>A scanner that says what a test wants.</summary>
internal sealed class FakeScanner(string name, Func<ScanItem, CancellationToken, ValueTask<ScannerResult>> scan) : IScanner
{
    public string Name => name;

    public string? Version { get; set; } = $"v {name}";

    public bool LooksAtContent { get; init; } = true;

    public ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken) => scan(item, cancellationToken);
}
