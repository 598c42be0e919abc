using System.Buffers;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>Names made to look like something else.</summary>
internal static class NameChecks
{
    private static readonly HashSet<string> s_programs = new(StringComparer.OrdinalIgnoreCase)
    {
        "exe", "scr", "com", "pif", "bat", "cmd", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "lnk", "ps1", "jar", "msi", "cpl", "dll",
        "reg", "url", "iso", "img", "vhd", "one", "chm", "application", "appref-ms", "msc", "gadget", "settingcontent-ms",
    };

    private static readonly HashSet<string> s_documents = new(StringComparer.OrdinalIgnoreCase)
    {
        "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "rtf", "txt", "csv", "odt", "ods", "jpg", "jpeg", "png", "gif", "bmp", "tif",
        "tiff", "mp3", "mp4", "avi", "htm", "html", "eml", "msg", "zip", "xml",
    };

    // Characters that turn the reading direction round, so that the true ending stands in the middle of what is shown.
    private static readonly SearchValues<char> s_bidirectional = SearchValues.Create("\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u200F");

    public static void Check(string? name, List<Finding> findings)
    {
        if (string.IsNullOrEmpty(name))
            return;
        if (name.AsSpan().ContainsAny(s_bidirectional))
            findings.Add(new Finding("Name.RightToLeft", VerdictKind.Suspicious, 70, "the name turns the reading direction round, which hides its ending"));

        // Windows drops dots and spaces at the end; spaces before the last dot push it out of sight.
        string[] parts = name.TrimEnd('.', ' ').Split('.');
        if (parts.Length >= 3 && s_programs.Contains(parts[^1].Trim()) && s_documents.Contains(parts[^2].Trim()))
            findings.Add(new Finding("Name.DoubleExtension", VerdictKind.Suspicious, 60, "a program named like a document"));
    }
}
