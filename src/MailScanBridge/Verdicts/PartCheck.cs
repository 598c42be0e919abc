using MailScanBridge.Scanning;

namespace MailScanBridge.Verdicts;

/// <summary>Whether the parts that Zeek cut a mail into are among those found here.</summary>
/// <param name="Compared">How many were looked for.</param>
/// <param name="Missing">Those that were not found.</param>
public sealed record PartCheck(int Compared, IReadOnlyList<ZeekPart> Missing)
{
    /// <summary>Who says so, in verdicts.</summary>
    public const string Source = "parts";

    /// <summary>What it is called.</summary>
    public const string FindingName = "Mail.PartsDiffer";

    /// <summary>Suspicious, since who makes a mail that two programs read differently may want the filter to see the harmless one; never more, since a mail that is merely broken is read differently too.</summary>
    public Finding? Finding => Missing is [var first, ..]
        ? new Finding(FindingName, VerdictKind.Suspicious, 50, $"Zeek cut {Name(first)}, {first.Size} bytes, {Printable.Text(first.Fuid, 20)}: not among the parts found in the mail{(Missing.Count > 1 ? $"; {Missing.Count - 1} more" : "")}")
        : null;

    /// <summary>For the verdict's list of tools.</summary>
    public string ToolLine => $"{Source}: {Compared} of Zeek's compared, {(Missing.Count == 0 ? "all are here" : $"{Missing.Count} not here")}";

    private static string Name(ZeekPart part) => part.Name is { Length: > 0 } name ? $"\"{Printable.Text(name, 40)}\"" : "a part";
}
