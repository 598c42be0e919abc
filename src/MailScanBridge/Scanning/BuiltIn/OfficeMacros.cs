using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>Signs of macros that show without opening a compound file.</summary>
internal static class OfficeMacros
{
    public static void Check(ScanItem item, List<Finding> findings)
    {
        if (ContentFamilies.MacroPackages.Contains(item.Type))
            findings.Add(new Finding("Office.MacroEnabled", VerdictKind.Suspicious, 30, "a document of a kind that carries macros"));
        if (item.Parent is { } package && ContentFamilies.Packages.Contains(package.Type)
            && item.Name?.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase) == true)
            findings.Add(new Finding("Office.VbaPart", VerdictKind.Suspicious, 40, "a part named vbaProject.bin"));
    }
}
