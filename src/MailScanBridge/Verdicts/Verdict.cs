using MessagePack;

namespace MailScanBridge.Verdicts;

/// <summary>
/// What the daemon says of one request. Names, details and tool lines are escaped already: they may be printed. The keys
/// are those of the journal's rows: never reuse one.
/// </summary>
[MessagePackObject]
public sealed record Verdict
{
    [Key(0)] public required VerdictKind Kind { get; init; }

    /// <summary>One of <see cref="Reasons"/> for <see cref="VerdictKind.Unscanned"/> and <see cref="VerdictKind.Error"/>, else empty.</summary>
    [Key(1)] public required string Reason { get; init; }

    /// <summary>One line for people: what was found where, or what was not scanned and why.</summary>
    [Key(2)] public required string Detail { get; init; }

    /// <summary>0 to 100: the worst finding's.</summary>
    [Key(3)] public required int Score { get; init; }

    /// <summary>What the tools call what they found, worst first, no repeats.</summary>
    [Key(4)] public required IReadOnlyList<string> Names { get; init; }

    /// <summary>One line a tool: name, version, result, milliseconds; those that did not run are there with the reason.</summary>
    [Key(5)] public required IReadOnlyList<string> Tools { get; init; }

    /// <summary>The file and everything found inside it.</summary>
    [Key(6)] public required int PartsFound { get; init; }

    /// <summary>Of these, scanned whole by every mandatory scanner.</summary>
    [Key(7)] public required int PartsScanned { get; init; }

    /// <summary>Of the file, lower-case hex; empty where there was none.</summary>
    [Key(8)] public required string Sha256 { get; init; }

    /// <summary>Of the file, in bytes.</summary>
    [Key(9)] public required long Size { get; init; }

    /// <summary>Media type by content; empty where there was no file.</summary>
    [Key(10)] public required string DetectedType { get; init; }

    /// <summary>From acceptance to verdict.</summary>
    [Key(11)] public required TimeSpan ScanTime { get; init; }

    /// <summary>Start of the daemon that scanned, in microseconds since the epoch.</summary>
    [Key(12)] public required ulong Epoch { get; init; }

    /// <summary>1 for the first verdict on a request, more for those of later scans, which replace it.</summary>
    [Key(13)] public int Revision { get; init; } = 1;

    /// <summary>A verdict that says only that there was no scan, and why.</summary>
    public static Verdict Without(VerdictKind kind, string reason, string detail, TimeSpan scanTime, ulong epoch) => new()
    {
        Kind = kind,
        Reason = reason,
        Detail = detail,
        Score = 0,
        Names = [],
        Tools = [],
        PartsFound = 1,
        PartsScanned = 0,
        Sha256 = "",
        Size = 0,
        DetectedType = "",
        ScanTime = scanTime,
        Epoch = epoch,
    };
}
