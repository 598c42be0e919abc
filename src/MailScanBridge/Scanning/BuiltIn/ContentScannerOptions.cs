using MailScanBridge.Unpacking.Pdf;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>How far the built-in scanner looks. What lies beyond a limit makes the item "not wholly scanned".</summary>
public sealed record ContentScannerOptions
{
    /// <summary>How far object streams of PDFs are opened.</summary>
    public PdfLimits Pdf { get; init; } = new();

    /// <summary>
    /// How much of a document is held in memory for checks that need to see it at once (scripts, macros, XML, RTF, compound
    /// files), in bytes. Default 16 MiB. A larger one is searched for signatures all the same, and ends as <c>limits</c>.
    /// </summary>
    public int MaxDocumentBytes { get; init; } = 16 * 1024 * 1024;
}
