namespace MailScanBridge.Scanning.Hashes;

/// <summary>A list of hashes and what it means to be in it.</summary>
public sealed record HashListOptions
{
    /// <summary>Absolute path of the list.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// False (the default): what is listed is malicious. True: what is listed by its SHA-256 is known to be good, which is proof of
    /// its content and leaves out the optional steps after it. MD5 and SHA-1 can be forged, so in a good list they prove nothing.
    /// </summary>
    public bool KnownGood { get; init; }

    /// <summary>Time between two looks at whether the file has changed. Default 10 s.</summary>
    public TimeSpan Reload { get; init; } = TimeSpan.FromSeconds(10);
}
