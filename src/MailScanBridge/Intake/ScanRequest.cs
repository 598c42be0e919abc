using MessagePack;

namespace MailScanBridge.Intake;

/// <summary>
/// A request whose file the daemon has taken, or could not take: what Intake hands on. The keys are those of the
/// journal's rows: never reuse one.
/// </summary>
[MessagePackObject]
public sealed record ScanRequest
{
    /// <summary>What Zeek asked.</summary>
    [Key(0)] public required FileRequest File { get; init; }

    /// <summary>Name of the file in the daemon's store; null where there is none.</summary>
    [Key(1)] public string? StoreName { get; init; }

    /// <summary>Why the file could not be taken; null where it was.</summary>
    [Key(2)] public string? CustodyFailure { get; init; }

    /// <summary>What has to be known of it once it is done: its key, so that a repeat is known. The repeat itself says the rest once more.</summary>
    internal ScanRequest Remembered() => this with { File = File with { Path = "", Filename = null, DeclaredType = null, Mail = null, Meta = new Dictionary<string, byte[]>() } };

    [IgnoreMember] public RequestKey RequestKey => File.RequestKey;
}
