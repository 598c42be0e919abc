using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>Signs of macros that show without opening a compound file. That a document is of a kind that may hold macros is none.</summary>
internal static class OfficeMacros
{
    public static void Check(ScanItem item, List<Finding> findings)
    {
        if (item.Parent is not { } package || !ContentFamilies.Packages.Contains(package.Type) || item.Name is not { } name)
            return;
        if (name.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase))
            findings.Add(new Finding("Office.VbaPart", VerdictKind.Suspicious, 40, "a part named vbaProject.bin"));
        if (name.Contains("macrosheets/", StringComparison.OrdinalIgnoreCase) && !name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase))
            findings.Add(new Finding("Office.Excel4Macro", VerdictKind.Suspicious, 65, "a macro sheet"));
    }
}
