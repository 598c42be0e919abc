namespace MailScanBridge.Unpacking.Passwords;

/// <summary>Which passwords to try on archives that need one. Senders of malware put the password into the mail, for the recipient to find.</summary>
public sealed record PasswordOptions
{
    /// <summary>Words tried on every archive, in this order. Default: infected, malware, virus, password, 1234, 12345, 123456.</summary>
    public IReadOnlyList<string> Words { get; init; } = ["infected", "malware", "virus", "password", "1234", "12345", "123456"];

    /// <summary>True to try words from the mail around the archive as well: its texts, its subject, its file names. Default true.</summary>
    public bool FromMail { get; init; } = true;

    /// <summary>The passwords to try on one archive. Default 200. At the limit the archive counts as <c>encrypted</c>.</summary>
    public int MaxTries { get; init; } = 200;

    /// <summary>
    /// The passwords to try on one archive whose format makes each try slow on purpose (7z, RAR: a tenth of a second and
    /// more). Default 10. At the limit the archive counts as <c>encrypted</c>.
    /// </summary>
    public int MaxSlowTries { get; init; } = 10;

    /// <summary>How much of each text of a mail is searched for passwords, in bytes. Default 64 KiB.</summary>
    public int MaxTextBytes { get; init; } = 64 * 1024;
}
