using System.Globalization;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Pdf;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// The scanner that is always there: signatures anywhere in the content, PDF keywords, macros, names that lie. It claims to
/// have scanned only what it knows something about (text, mail, PDF, Office, pictures, and archives, whose members are items
/// of their own); of everything else it reports what it found and has no opinion on the rest. Content is read in windows, so
/// that memory does not depend on size. Safe for concurrent use.
/// </summary>
public sealed class ContentScanner(ContentScannerOptions? options = null) : IScanner
{
    private readonly ContentScannerOptions _options = options ?? new ContentScannerOptions();

    /// <summary>Grows whenever a rule changes, so that old verdicts can be told from new ones.</summary>
    public const int RuleSet = 5;

    private const int Window = 128 * 1024;

    public string Name => "content";

    public string? Version { get; } = string.Create(CultureInfo.InvariantCulture,
        $"{typeof(ContentScanner).Assembly.GetName().Version?.ToString(3)} rules {RuleSet}");

    public bool LooksAtContent => true;

    // Name checks, the container's kind, and what the item is taken for.
    public string Sees(ScanItem item) => string.Join('\0', item.Type, item.Parent?.Type, item.Name, item.IsOpened, item.IsShownAsPage);

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        NameChecks.Check(item.Name, findings);
        TypeChecks.Check(item, findings);
        OfficeMacros.Check(item, findings);
        if (ByteSignatures.ByHash(item.Sha256) is { } known)
            findings.Add(known);

        var search = new SignatureSearch(ByteSignatures.All.Where(s => s.Types is null || s.Types.Contains(item.Type)));
        PdfKeywords? words = item.Type == ContentTypes.Pdf ? new PdfKeywords() : null;
        MemoryStream? document = DocumentTriage.Serves(item) ? new MemoryStream() : null;
        try
        {
            long read = await ReadAsync(item.Path, window =>
            {
                search.Append(window);
                words?.Append(window);
                if (document is not null)
                    document.Write(window[..(int)Math.Min(window.Length, _options.MaxDocumentBytes - document.Length)]);
            }, cancellationToken);
            if (read != item.Size)
                return ScannerResult.Failed(Reasons.Damaged, $"read {read} of {item.Size} bytes", findings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ScannerResult.Failed(Reasons.Custody, $"cannot read the item: {e.Message}", findings);
        }

        findings.AddRange(search.Found);
        if (document is not null)
            DocumentTriage.Check(item, document.ToArray(), findings, cancellationToken);
        if (document is not null && document.Length < item.Size)
            return ScannerResult.Failed(Reasons.Limits, $"a document larger than {_options.MaxDocumentBytes} bytes (MaxDocumentBytes)", findings);
        if (words is not null && ScanPdf(item, words, findings, cancellationToken) is { } failed)
            return failed;
        return ContentFamilies.IsServed(item) ? ScannerResult.Scanned(findings) : ScannerResult.NoOpinion(findings);
    }

    /// <summary>Weighs the PDF with what its object streams hold, and says where part of it stays out of sight.</summary>
    private ScannerResult? ScanPdf(ScanItem item, PdfKeywords words, List<Finding> findings, CancellationToken token)
    {
        words.Complete();
        IReadOnlyList<(string Reason, string Detail)> unseen = [];
        if (words.Count("/ObjStm") > 0 || words.Count("/First") > 0)
        {
            using var content = new FileStream(item.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            PdfFile file = PdfFile.Read(content, _options.Pdf, token);
            foreach (byte[] objects in file.ObjectStreams)
            {
                words.Append(objects);
                words.Complete();
            }

            unseen = file.Unseen;
        }

        PdfTriage.Weigh(words, findings);
        if (item.IsOpened)
            return null; // What is encrypted here is scanned as the item inside.
        if (words.Count("/Encrypt") > 0)
            return ScannerResult.Failed(Reasons.Encrypted, "PDF with /Encrypt: strings and streams are encrypted", findings);
        return unseen.Count > 0 ? ScannerResult.Failed(unseen[0].Reason, unseen[0].Detail, findings) : null;
    }

    private delegate void OnWindow(ReadOnlySpan<byte> window);

    private static async Task<long> ReadAsync(string path, OnWindow onWindow, CancellationToken token)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, useAsync: true);
        var buffer = new byte[(int)Math.Clamp(file.Length, 1, Window)];
        long total = 0;
        while (true)
        {
            int read = await file.ReadAsync(buffer, token);
            if (read == 0)
                return total;
            total += read;
            onWindow(buffer.AsSpan(0, read));
        }
    }
}
