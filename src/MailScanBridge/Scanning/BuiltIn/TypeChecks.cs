using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>
/// Content that is not what its name says:
/// <list type="table">
/// <item><term>70 Type.HiddenProgram</term><description>a program, script or shortcut under a document's or picture's name</description></item>
/// <item><term>40 Type.Mismatch</term><description>a page, archive or document under the name of another kind</description></item>
/// </list>
/// Only names that promise one kind of content count: programs export HTML as .xls and RTF as .doc every day.
/// </summary>
internal static class TypeChecks
{
    private static readonly HashSet<string> s_programs =
    [
        ContentTypes.PortableExecutable, ContentTypes.DosExecutable, ContentTypes.Elf, ContentTypes.MachO, ContentTypes.JavaClass, ContentTypes.JavaArchive,
        ContentTypes.WindowsShortcut, ContentTypes.InternetShortcut, ContentTypes.HtmlApplication, ContentTypes.Installer, ContentTypes.ShellScript,
        ContentTypes.PythonScript, ContentTypes.PerlScript, ContentTypes.BatchScript, ContentTypes.PowerShell, ContentTypes.JavaScript,
        ContentTypes.VisualBasic, ContentTypes.ScriptFile, ContentTypes.Chm,
    ];

    // Not programs, but not what a picture or a PDF is either.
    private static readonly HashSet<string> s_carriers =
    [
        ContentTypes.Html, ContentTypes.Zip, ContentTypes.SevenZip, ContentTypes.Rar, ContentTypes.Iso9660, ContentTypes.Udf, ContentTypes.Cabinet, ContentTypes.Vhd,
        ContentTypes.Vhdx, ContentTypes.OneNote, ContentTypes.Ace, ContentTypes.Arj, ContentTypes.Rtf, ContentTypes.Pdf, ContentTypes.Word, ContentTypes.Excel,
    ];

    // Names of documents: a program under them is hidden there.
    private static readonly HashSet<string> s_documents = new(StringComparer.OrdinalIgnoreCase)
    {
        ".pdf", ".doc", ".docx", ".docm", ".xls", ".xlsx", ".xlsm", ".ppt", ".pptx", ".rtf", ".odt", ".ods", ".csv", ".jpg", ".jpeg", ".png", ".gif", ".bmp",
        ".tif", ".tiff", ".webp", ".mp3", ".mp4", ".avi", ".wav", ".eml", ".msg",
    };

    // Names that promise one kind of content, and the start of its media type.
    private static readonly Dictionary<string, string> s_promises = new(StringComparer.OrdinalIgnoreCase)
    {
        [".pdf"] = ContentTypes.Pdf,
        [".jpg"] = "image/",
        [".jpeg"] = "image/",
        [".png"] = "image/",
        [".gif"] = "image/",
        [".bmp"] = "image/",
        [".tif"] = "image/",
        [".tiff"] = "image/",
        [".webp"] = "image/",
        [".mp3"] = "audio/",
        [".wav"] = "audio/",
        [".mp4"] = "video/",
        [".avi"] = "video/",
    };

    public static void Check(ScanItem item, List<Finding> findings)
    {
        string extension = Path.GetExtension(item.Name?.TrimEnd('.', ' ') ?? "");
        if (s_programs.Contains(item.Type) && s_documents.Contains(extension))
            findings.Add(new Finding("Type.HiddenProgram", VerdictKind.Suspicious, 70, $"{item.Type} under the name of a document"));
        else if (s_carriers.Contains(item.Type) && s_promises.TryGetValue(extension, out string? promise) && !item.Type.StartsWith(promise, StringComparison.Ordinal))
            findings.Add(new Finding("Type.Mismatch", VerdictKind.Suspicious, 40, $"{item.Type} under a name of another kind"));
    }
}
