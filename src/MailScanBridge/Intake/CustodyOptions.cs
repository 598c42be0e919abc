namespace MailScanBridge.Intake;

/// <summary>Where files come from and where they are kept.</summary>
public sealed record CustodyOptions
{
    /// <summary>Absolute directory into which Zeek extracts. Files are taken from directly inside it, nowhere else.</summary>
    public required string Spool { get; init; }

    /// <summary>Absolute directory of the daemon's own (mode 0700). Best on the spool's file system, so that taking a file is a rename.</summary>
    public required string Store { get; init; }
}
