using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Unpacking;
using MailScanBridge.Unpacking.Passwords;
using MailScanBridge.Unpacking.Pdf;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads how far files are taken apart, by which programs, and with which passwords.</summary>
internal static class UnpackingReader
{
    private const int MaxWords = 10_000;

    // Readers that hold a file in memory count its bytes in 32 bits.
    private const int LargestInMemory = 1024 * 1024 * 1024;

    public static (UnpackBudget Budget, PasswordOptions Passwords, ExternalConfig External) Read(ConfigSection unpacking, SandboxMode sandbox)
    {
        var defaults = new UnpackBudget();
        var budget = defaults with
        {
            MaxDepth = unpacking.Number("max_depth", defaults.MaxDepth, 1, 100),
            MaxItems = unpacking.Number("max_items", defaults.MaxItems, 1, 1_000_000),
            MaxTotalBytes = unpacking.Size("max_total", defaults.MaxTotalBytes),
            MaxItemBytes = unpacking.Size("max_item", (int)defaults.MaxItemBytes, most: LargestInMemory),
            MaxRatio = unpacking.Number("max_ratio", defaults.MaxRatio, 1, 1_000_000),
            RatioFloor = unpacking.Size("ratio_floor", defaults.RatioFloor, zeroAllowed: true),
            MaxTime = unpacking.Duration("max_time", defaults.MaxTime),
            MaxMultipartDepth = unpacking.Number("max_multiparts", defaults.MaxMultipartDepth, 1, 1000),
            MaxDictionaryBytes = unpacking.Size("max_dictionary", (int)defaults.MaxDictionaryBytes, most: LargestInMemory),
            Pdf = ReadPdf(unpacking.Section("pdf"), defaults.Pdf),
        };
        var read = (budget, ReadPasswords(unpacking.Section("passwords")), ReadPrograms(unpacking, sandbox));
        unpacking.NothingElse();
        return read;
    }

    private static PdfLimits ReadPdf(ConfigSection pdf, PdfLimits defaults)
    {
        var limits = defaults with
        {
            MaxFileBytes = pdf.Size("max_file", defaults.MaxFileBytes, most: LargestInMemory),
            MaxObjects = pdf.Number("max_objects", defaults.MaxObjects, 1, 10_000_000),
            MaxObjectStreamBytes = pdf.Size("max_object_streams", defaults.MaxObjectStreamBytes, most: LargestInMemory),
            MaxNesting = pdf.Number("max_nesting", defaults.MaxNesting, 1, 1000),
        };
        pdf.NothingElse();
        return limits;
    }

    private static PasswordOptions ReadPasswords(ConfigSection passwords)
    {
        var defaults = new PasswordOptions();
        var words = passwords.TextList("words") ?? defaults.Words;
        if (words.Count > MaxWords)
        {
            passwords.Wrong("words", $"{words.Count} passwords; at most {MaxWords} are allowed");
        }

        var options = defaults with
        {
            Words = words,
            FromMail = passwords.Flag("from_mail", defaults.FromMail),
            MaxTries = passwords.Number("max_tries", defaults.MaxTries, 0, 100_000),
            MaxSlowTries = passwords.Number("max_slow_tries", defaults.MaxSlowTries, 0, 10_000),
            MaxTextBytes = passwords.Size("max_text", defaults.MaxTextBytes, most: LargestInMemory),
        };
        passwords.NothingElse();
        return options;
    }

    private static ExternalConfig ReadPrograms(ConfigSection unpacking, SandboxMode sandbox)
    {
        var programs = unpacking.TextList("external") ?? ExternalConfig.Known;
        foreach (var program in programs.Where(p => !ExternalConfig.Known.Contains(p)))
        {
            unpacking.Wrong("external", $"\"{Printable.Text(program, 60)}\" is not allowed; expected some of {string.Join(", ", ExternalConfig.Known)}");
        }

        return new ExternalConfig([.. programs.Distinct()], sandbox);
    }
}
