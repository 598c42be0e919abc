using MailScanBridge.Unpacking.Pdf;

namespace MailScanBridge.Unpacking;

/// <summary>
/// What unpacking one file may cost, counted over the whole tree unless said otherwise. Reaching a limit is never silent:
/// it makes an <see cref="UnpackProblem"/> with reason <c>limits</c> that names the limit, and what was taken out until
/// then is kept and scanned.
/// </summary>
public sealed record UnpackBudget
{
    /// <summary>
    /// How many containers deep to open; the file itself is depth 0. Default 8. At the limit a container is scanned as it is,
    /// unopened; the rest of the tree goes on.
    /// </summary>
    public int MaxDepth { get; init; } = 8;

    /// <summary>How many parts to take out, the file itself not counted. Default 1000. At the limit unpacking ends.</summary>
    public int MaxItems { get; init; } = 1000;

    /// <summary>How much to write in all, in bytes. Default 100 MiB. At the limit unpacking ends; the part in work is kept as far as it came.</summary>
    public long MaxTotalBytes { get; init; } = 100L * 1024 * 1024;

    /// <summary>How large one part may grow, in bytes. Default 50 MiB. At the limit the part is kept as far as it came; the rest of the tree goes on.</summary>
    public long MaxItemBytes { get; init; } = 50L * 1024 * 1024;

    /// <summary>
    /// How many bytes may come directly out of one container for each byte of it. Default 200. At the limit the container
    /// is left; the rest of the tree goes on.
    /// </summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>The output of one container, in bytes, up to which its ratio is not looked at: small files may shrink well. Default 1 MiB.</summary>
    public long RatioFloor { get; init; } = 1024 * 1024;

    /// <summary>How long unpacking may take. Default 30 seconds. At the limit unpacking ends.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many multiparts may stand inside each other within one mail. Default 100. At the limit the inner one is kept as one part.</summary>
    public int MaxMultipartDepth { get; init; } = 100;

    /// <summary>The largest dictionary that an LZMA stream may ask for, in bytes. Default 64 MiB. Above it the part is not decompressed.</summary>
    public long MaxDictionaryBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How far PDFs are looked into for embedded files.</summary>
    public PdfLimits Pdf { get; init; } = new();

    /// <summary>Every fault of these settings, in words; empty where there is none.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        Positive(MaxDepth, nameof(MaxDepth));
        Positive(MaxItems, nameof(MaxItems));
        Positive(MaxTotalBytes, nameof(MaxTotalBytes));
        Positive(MaxItemBytes, nameof(MaxItemBytes));
        Positive(MaxRatio, nameof(MaxRatio));
        Positive(MaxMultipartDepth, nameof(MaxMultipartDepth));
        Positive(MaxDictionaryBytes, nameof(MaxDictionaryBytes));
        Positive(Pdf.MaxFileBytes, $"{nameof(Pdf)}.{nameof(Pdf.MaxFileBytes)}");
        Positive(Pdf.MaxObjects, $"{nameof(Pdf)}.{nameof(Pdf.MaxObjects)}");
        Positive(Pdf.MaxObjectStreamBytes, $"{nameof(Pdf)}.{nameof(Pdf.MaxObjectStreamBytes)}");
        Positive(Pdf.MaxNesting, $"{nameof(Pdf)}.{nameof(Pdf.MaxNesting)}");
        if (RatioFloor < 0)
            faults.Add($"{nameof(RatioFloor)} must be 0 or more, not {RatioFloor}");
        if (MaxTime <= TimeSpan.Zero)
            faults.Add($"{nameof(MaxTime)} must be longer than nothing, not {MaxTime}");
        return faults;

        void Positive(long value, string name)
        {
            if (value < 1)
                faults.Add($"{name} must be 1 or more, not {value}");
        }
    }
}
