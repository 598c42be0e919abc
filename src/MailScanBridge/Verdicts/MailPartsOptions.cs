namespace MailScanBridge.Verdicts;

/// <summary>How much is remembered of the parts that Zeek asks about, so that they can be looked for in their mail.</summary>
public sealed record MailPartsOptions
{
    /// <summary>How long the hashes of a mail's parts are remembered, default 10 minutes: longer than a mail waits for its scan.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Hashes remembered of all mails together, default 100,000 (some 20 MB); beyond it the oldest mail is forgotten, and counted. 0: nothing is compared.</summary>
    public int MaxHashes { get; init; } = 100_000;

    /// <summary>Parts remembered of one mail, default 1,000, as many as are unpacked of it; further ones are not compared, and counted.</summary>
    public int MaxPerMail { get; init; } = 1000;
}
