using MailScanBridge.Retention;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads what is kept, for how long, and what must stay free on the disks.</summary>
internal static class RetentionReader
{
    private const int TenYears = 3650;

    public static QuarantineOptions ReadQuarantine(ConfigSection quarantine, string state)
    {
        var defaults = new QuarantineOptions { Path = Path.Combine(state, "quarantine") };
        var options = defaults with
        {
            Verdicts = quarantine.TextList("verdicts") is { } words ? [.. words.Select((word, i) => Verdict(quarantine, word, i)).OfType<VerdictKind>().Distinct()] : defaults.Verdicts,
            Password = quarantine.Matching("password", defaults.Password, @"\A[\x21-\x7e]{1,100}\z", "1 to 100 printable ASCII characters without spaces"),
            MaxAge = quarantine.Duration("max_age", defaults.MaxAge, TenYears),
            MaxBytes = quarantine.Size("max_bytes", defaults.MaxBytes),
            MinFree = quarantine.Size("min_free", defaults.MinFree, zeroAllowed: true),
            MaxWaiting = quarantine.Number("max_waiting", defaults.MaxWaiting, 1, 10_000_000),
            MaxOrigins = quarantine.Number("max_origins", defaults.MaxOrigins, 1, 10_000),
        };
        quarantine.NothingElse();
        return options;
    }

    public static DiskOptions ReadDisk(ConfigSection disk)
    {
        var defaults = new DiskOptions();
        var options = defaults with
        {
            SpoolMinFree = disk.Size("min_free_spool", defaults.SpoolMinFree, zeroAllowed: true),
            StateMinFree = disk.Size("min_free_state", defaults.StateMinFree, zeroAllowed: true),
        };
        disk.NothingElse();
        return options;
    }

    private static VerdictKind? Verdict(ConfigSection quarantine, string word, int index)
    {
        foreach (var kind in Enum.GetValues<VerdictKind>())
        {
            if (Words.Of(kind) == word)
            {
                return kind;
            }
        }

        quarantine.Wrong("verdicts", $"item {index + 1}, \"{Printable.Text(word, 60)}\", is no verdict; expected {string.Join(", ", Enum.GetValues<VerdictKind>().Select(Words.Of))}");
        return null;
    }
}
