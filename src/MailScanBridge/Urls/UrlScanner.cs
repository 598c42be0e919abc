using System.Text;
using MailScanBridge.Scanning;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Pdf;

namespace MailScanBridge.Urls;

/// <summary>
/// Looks up the URLs that an item holds: mail bodies, HTML, PDF (its object streams too), Office parts, shortcuts. Asks lists on this
/// machine only: a block list over DNS would learn of every link in every mail. That a URL is on no list proves nothing. Safe for
/// concurrent use.
/// </summary>
public sealed class UrlScanner(string name, UrlLookup lookup, UrlScannerOptions options) : IScanner
{
    public string Name => name;

    public string? Version => lookup.Version;

    public bool LooksAtContent => false;

    public string Sees(ScanItem item) => item.Type == ContentTypes.Pdf ? item.Type : "";

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
    {
        var finder = new UrlFinder(options.MaxUrls);
        try
        {
            await SearchAsync(item, finder, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return ScannerResult.Failed(Reasons.Damaged, e.Message);
        }

        var findings = new List<Finding>();
        foreach (var url in finder.Urls)
        {
            var answer = await lookup.LookUpAsync(new UrlToLookUp(Encoding.Latin1.GetBytes(url)), TimeSpan.Zero, cancellationToken);
            if (answer.Findings is [var worst, ..])
            {
                findings.Add(worst with { Detail = $"{worst.Detail}: {url.Replace("://", "[:]//", StringComparison.Ordinal)}" });
            }
            else if (answer.Kind is VerdictKind.Unscanned or VerdictKind.Error && answer.Reason != Reasons.Unsupported)
            {
                return ScannerResult.Failed(answer.Reason, answer.Detail, findings);
            }
        }

        if (finder.Beyond > 0)
        {
            return ScannerResult.Failed(Reasons.Limits, $"more than {options.MaxUrls} URLs (max_urls)", findings);
        }

        return item.Size > options.MaxBytes
            ? ScannerResult.Failed(Reasons.Limits, $"only the first {options.MaxBytes} bytes were looked at (max_bytes)", findings)
            : ScannerResult.NoOpinion(findings);
    }

    private async Task SearchAsync(ScanItem item, UrlFinder finder, CancellationToken cancellationToken)
    {
        var content = new byte[Math.Min(item.Size, options.MaxBytes)];
        await using (var stream = new FileStream(item.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, useAsync: true))
        {
            await stream.ReadExactlyAsync(content, cancellationToken);
        }

        finder.Search(content);
        if (item.Type == ContentTypes.Pdf)
        {
            foreach (var objects in PdfFile.Read(new MemoryStream(content), options.Pdf, cancellationToken).ObjectStreams)
            {
                finder.Search(objects);
            }
        }
    }
}

/// <summary>How much of an item is searched for URLs.</summary>
public sealed record UrlScannerOptions
{
    /// <summary>Bytes of one item; 16 MiB by default. Beyond it the step fails with <c>limits</c>.</summary>
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>URLs of one item; 10,000 by default. Beyond it the step fails with <c>limits</c>.</summary>
    public int MaxUrls { get; init; } = 10_000;

    /// <summary>How much of a PDF is decoded.</summary>
    public PdfLimits Pdf { get; init; } = new();
}
