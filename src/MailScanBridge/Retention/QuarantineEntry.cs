using System.Text.Json;
using System.Text.Json.Serialization;
using MailScanBridge.Intake;
using MailScanBridge.Verdicts;

namespace MailScanBridge.Retention;

/// <summary>
/// What stands beside a quarantined file, as JSON: what it is and where it came from. Text from the wire is escaped already, and
/// the JSON is ASCII: both may be printed.
/// </summary>
public sealed record QuarantineEntry
{
    private const int MaxFileBytes = 16 * 1024 * 1024;

    // Its default encoder writes everything but plain ASCII as \uNNNN.
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Of the content, lower-case hex: its name.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Of the content, in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Media type by content.</summary>
    public required string DetectedType { get; init; }

    /// <summary>When it was first kept.</summary>
    public required DateTimeOffset FirstKept { get; init; }

    /// <summary>When it was last seen: from here its age counts.</summary>
    public required DateTimeOffset LastKept { get; init; }

    /// <summary>Requests with this content, those that are not listed too.</summary>
    public required long OriginsTotal { get; init; }

    /// <summary>The requests, the first ones first.</summary>
    public required IReadOnlyList<QuarantineOrigin> Origins { get; init; }

    /// <summary>As one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is no such entry.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static QuarantineEntry Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > MaxFileBytes)
        {
            throw new InvalidDataException($"{path} has {file.Length} bytes: no entry of the quarantine is that long.");
        }

        try
        {
            return JsonSerializer.Deserialize<QuarantineEntry>(file, s_json) is { Origins: not null } entry && entry.Sha256 == Path.GetFileNameWithoutExtension(path)
                ? entry
                : throw new InvalidDataException($"{path} does not belong to the file that it is named after.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is damaged: {Printable.Text(e.Message)}", e);
        }
    }

    /// <summary>The entry with one more origin; the same request changes nothing but the time.</summary>
    internal QuarantineEntry With(QuarantineOrigin origin, int maxOrigins)
    {
        var known = Origins.Any(o => (o.Node, o.Incarnation, o.Seqno) == (origin.Node, origin.Incarnation, origin.Seqno));
        return this with
        {
            LastKept = origin.Kept,
            OriginsTotal = OriginsTotal + (known ? 0 : 1),
            Origins = known || Origins.Count >= maxOrigins ? Origins : [.. Origins, origin],
        };
    }
}

/// <summary>A request whose file was quarantined, and what was said of it. Text is escaped.</summary>
public sealed record QuarantineOrigin
{
    private const int NameLimit = 500;
    private const int MaxNames = 20;

    public required string Node { get; init; }

    public required ulong Incarnation { get; init; }

    public required ulong Seqno { get; init; }

    public string? Uid { get; init; }

    public required string Fuid { get; init; }

    public string? ParentFuid { get; init; }

    public required string Kind { get; init; }

    public required string Source { get; init; }

    public string? OrigH { get; init; }

    public string? RespH { get; init; }

    /// <summary>As declared on the wire, escaped; no file is ever named by it.</summary>
    public string? Filename { get; init; }

    [JsonPropertyName("mailfrom")]
    public string? MailFrom { get; init; }

    public string? Subject { get; init; }

    /// <summary>When the file ended on the wire.</summary>
    public required DateTimeOffset Ts { get; init; }

    /// <summary>When it was quarantined.</summary>
    public required DateTimeOffset Kept { get; init; }

    public required string Verdict { get; init; }

    public required string Reason { get; init; }

    public required string Detail { get; init; }

    public required IReadOnlyList<string> Names { get; init; }

    internal static QuarantineOrigin Of(FileRequest request, Verdict verdict, DateTimeOffset now) => new()
    {
        Node = Printable.Text(request.Node),
        Incarnation = request.Incarnation,
        Seqno = request.Seqno,
        Uid = request.Uid is null ? null : Printable.Text(request.Uid),
        Fuid = Printable.Text(request.Fuid),
        ParentFuid = request.ParentFuid is null ? null : Printable.Text(request.ParentFuid),
        Kind = Printable.Text(request.Kind),
        Source = Printable.Text(request.Source),
        OrigH = request.OrigH?.ToString(),
        RespH = request.RespH?.ToString(),
        Filename = request.Filename is { } name ? Printable.Text(name, NameLimit) : null,
        MailFrom = request.Mail?.MailFrom is { } from ? Printable.Text(from, NameLimit) : null,
        Subject = request.Mail?.Subject is { } subject ? Printable.Text(subject, NameLimit) : null,
        Ts = request.Ts,
        Kept = now,
        Verdict = Words.Of(verdict.Kind),
        Reason = verdict.Reason,
        Detail = verdict.Detail,
        Names = [.. verdict.Names.Take(MaxNames)],
    };
}
