namespace MailScanBridge;

/// <summary>What is said of a file. The order is the order of badness: the worst proven one wins.</summary>
public enum VerdictKind
{
    /// <summary>Every mandatory scanner proved that it scanned all of the file and found nothing.</summary>
    Clean = 0,

    /// <summary>Some of the file was not scanned, for the reason given (see <see cref="Reasons"/>).</summary>
    Unscanned = 1,

    /// <summary>The scan itself went wrong, for the reason given (see <see cref="Reasons"/>).</summary>
    Error = 2,

    /// <summary>Something unusual was found that is often, not always, bad.</summary>
    Suspicious = 3,

    /// <summary>A scanner proved that the file is bad. The only verdict that may trigger a response.</summary>
    Malicious = 4,
}
