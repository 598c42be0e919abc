using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning.BuiltIn;

/// <summary>Which content types the built-in scanner treats alike.</summary>
internal static class ContentFamilies
{
    public static IReadOnlySet<string> CompoundFiles { get; } = new HashSet<string>
    {
        ContentTypes.Ole, ContentTypes.Word, ContentTypes.Excel, ContentTypes.PowerPoint, ContentTypes.Visio, ContentTypes.OutlookMessage,
        ContentTypes.EncryptedOffice,
    };

    /// <summary>Office packages of a kind that may hold macros, by their content-types part.</summary>
    public static IReadOnlySet<string> MacroPackages { get; } = new HashSet<string>
    {
        ContentTypes.Docm, ContentTypes.Dotm, ContentTypes.Xlsm, ContentTypes.Xltm, ContentTypes.Xlam, ContentTypes.Pptm, ContentTypes.Potm,
        ContentTypes.Ppsm, ContentTypes.Ppam, ContentTypes.Vsdm,
    };

    public static IReadOnlySet<string> Packages { get; } = new HashSet<string>(MacroPackages)
    {
        ContentTypes.Docx, ContentTypes.Dotx, ContentTypes.Xlsx, ContentTypes.Xltx, ContentTypes.Xlsb, ContentTypes.Pptx, ContentTypes.Potx,
        ContentTypes.Ppsx, ContentTypes.Vsdx, ContentTypes.OpenPackage, ContentTypes.OpenDocument, ContentTypes.Xps,
    };

    // Their members are items of their own; of the wrapping itself the signatures say all there is to say.
    private static readonly HashSet<string> s_archives =
    [
        ContentTypes.Zip, ContentTypes.SevenZip, ContentTypes.Rar, ContentTypes.Tar, ContentTypes.Gzip, ContentTypes.Bzip2, ContentTypes.Xz,
        ContentTypes.Lzma, ContentTypes.Lzip, ContentTypes.Zstandard, ContentTypes.Compress, ContentTypes.Epub,
        ContentTypes.Iso9660, ContentTypes.Cabinet, ContentTypes.Cpio, ContentTypes.Ar, ContentTypes.Arj, ContentTypes.Ace, ContentTypes.Arc, ContentTypes.Cms,
    ];

    private static readonly HashSet<string> s_documents =
    [
        ContentTypes.Empty, ContentTypes.Text, ContentTypes.Html, ContentTypes.Xml, ContentTypes.Csv, ContentTypes.Calendar, ContentTypes.VCard,
        ContentTypes.Mail, ContentTypes.Mbox, ContentTypes.Tnef, ContentTypes.Pdf, ContentTypes.Rtf, ContentTypes.UuEncoded,
        ContentTypes.Vba, ContentTypes.Svg,
    ];

    private static readonly HashSet<string> s_images =
        ["image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff", "image/webp", "image/heif", "image/x-icon", "image/jp2",
        "image/emf", "image/wmf"];

    // Visio keeps macros inside a stream of its own making, and of a compound file of no known kind nobody knows where it keeps them.
    private static readonly HashSet<string> s_opaque = [ContentTypes.Visio, ContentTypes.Ole];

    /// <summary>True for items of which the built-in checks say something about all of the content.</summary>
    public static bool IsServed(ScanItem item)
    {
        string type = item.Type;
        if (item.IsRunAsProgram && type != ContentTypes.Empty)
            return false; // of programs these checks know nothing, and their text may look like anything
        bool inDocument = item.Parent is { } parent
            && (Packages.Contains(parent.Type) || CompoundFiles.Contains(parent.Type) || parent.Type is ContentTypes.Xml or ContentTypes.Rtf);
        return s_documents.Contains(type) || s_archives.Contains(type) || s_images.Contains(type) || Packages.Contains(type)
            || (CompoundFiles.Contains(type) && (inDocument || !s_opaque.Contains(type)));
    }
}
