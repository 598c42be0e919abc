using MailScanBridge.Unpacking.Types;

namespace MailScanBridge.Unpacking;

/// <summary>
/// Media types by content, from this project's own table of signatures. All are lower case, so that they compare with
/// plain equality. Names and declared types play no part: they are claims.
/// </summary>
public static class ContentTypes
{
    /// <summary>How much of a file's start <see cref="Detect"/> wants to see, in bytes: an ISO image shows itself at 32 KiB.</summary>
    public const int HeadLength = 64 * 1024;

    public const string Unknown = "application/octet-stream";
    public const string Empty = "application/x-empty";

    public const string Mail = "message/rfc822";
    public const string Mbox = "application/mbox";
    public const string Tnef = "application/vnd.ms-tnef";

    public const string Text = "text/plain";
    public const string Html = "text/html";
    public const string Xml = "text/xml";
    public const string Rtf = "text/rtf";
    public const string Csv = "text/csv";
    public const string Calendar = "text/calendar";
    public const string VCard = "text/vcard";
    public const string Sylk = "application/x-sylk";
    public const string PostScript = "application/postscript";
    public const string BinHex = "application/mac-binhex40";
    public const string UuEncoded = "text/x-uuencode";
    public const string Pgp = "application/pgp-encrypted";

    /// <summary>A mail or file signed or encrypted with S/MIME: only what is signed can be read.</summary>
    public const string Cms = "application/pkcs7-mime";
    public const string CmsEncrypted = "application/pkcs7-mime-encrypted";
    public const string InternetShortcut = "application/x-mswinurl";
    public const string WebQuery = "text/x-ms-iqy";

    public const string ShellScript = "text/x-shellscript";
    public const string PythonScript = "text/x-python";
    public const string PerlScript = "text/x-perl";
    public const string BatchScript = "text/x-msdos-batch";
    public const string PowerShell = "text/x-powershell";
    public const string JavaScript = "text/javascript";
    public const string VisualBasic = "text/vbscript";
    /// <summary>The source of one macro module, as the unpacker takes it out of a document.</summary>
    public const string Vba = "text/x-vba";

    public const string HtmlApplication = "application/hta";
    public const string ScriptFile = "text/x-script";

    public const string Pdf = "application/pdf";
    public const string Svg = "image/svg+xml";

    public const string Ole = "application/x-ole-storage";
    public const string Word = "application/msword";
    public const string Excel = "application/vnd.ms-excel";
    public const string PowerPoint = "application/vnd.ms-powerpoint";
    public const string Visio = "application/vnd.visio";
    public const string OutlookMessage = "application/vnd.ms-outlook";
    public const string Installer = "application/x-msi";
    public const string OneNote = "application/onenote";

    /// <summary>An Office document behind a password: a compound file around an encrypted package.</summary>
    public const string EncryptedOffice = "application/encrypted";

    public const string Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    public const string Dotx = "application/vnd.openxmlformats-officedocument.wordprocessingml.template";
    public const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    public const string Xltx = "application/vnd.openxmlformats-officedocument.spreadsheetml.template";
    public const string Pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    public const string Potx = "application/vnd.openxmlformats-officedocument.presentationml.template";
    public const string Ppsx = "application/vnd.openxmlformats-officedocument.presentationml.slideshow";
    public const string Docm = "application/vnd.ms-word.document.macroenabled.12";
    public const string Dotm = "application/vnd.ms-word.template.macroenabled.12";
    public const string Xlsm = "application/vnd.ms-excel.sheet.macroenabled.12";
    public const string Xltm = "application/vnd.ms-excel.template.macroenabled.12";
    public const string Xlam = "application/vnd.ms-excel.addin.macroenabled.12";
    public const string Xlsb = "application/vnd.ms-excel.sheet.binary.macroenabled.12";
    public const string Pptm = "application/vnd.ms-powerpoint.presentation.macroenabled.12";
    public const string Potm = "application/vnd.ms-powerpoint.template.macroenabled.12";
    public const string Ppsm = "application/vnd.ms-powerpoint.slideshow.macroenabled.12";
    public const string Ppam = "application/vnd.ms-powerpoint.addin.macroenabled.12";
    public const string Vsdx = "application/vnd.ms-visio.drawing";
    public const string Vsdm = "application/vnd.ms-visio.drawing.macroenabled.12";
    public const string Xps = "application/vnd.ms-xpsdocument";

    /// <summary>An Open Packaging container of a kind this table does not name.</summary>
    public const string OpenPackage = "application/vnd.openxmlformats-package";

    public const string OpenDocument = "application/vnd.oasis.opendocument";
    public const string Epub = "application/epub+zip";
    public const string JavaArchive = "application/java-archive";

    public const string Zip = "application/zip";
    public const string SevenZip = "application/x-7z-compressed";
    public const string Rar = "application/x-rar";
    public const string Tar = "application/x-tar";
    public const string Gzip = "application/gzip";
    public const string Bzip2 = "application/x-bzip2";
    public const string Xz = "application/x-xz";
    public const string Lzma = "application/x-lzma";
    public const string Zstandard = "application/zstd";
    public const string Lzip = "application/x-lzip";
    public const string Lz4 = "application/x-lz4";
    public const string Compress = "application/x-compress";
    public const string Cabinet = "application/vnd.ms-cab-compressed";
    public const string Iso9660 = "application/x-iso9660-image";
    public const string Udf = "application/x-udf-image";
    public const string Arj = "application/x-arj";
    public const string Ace = "application/x-ace-compressed";
    public const string Arc = "application/x-arc";
    public const string Lha = "application/x-lha";
    public const string Cpio = "application/x-cpio";
    public const string Ar = "application/x-archive";
    public const string Xar = "application/x-xar";
    public const string Wim = "application/x-ms-wim";
    public const string Vhd = "application/x-vhd";
    public const string Vhdx = "application/x-vhdx";
    public const string Chm = "application/vnd.ms-htmlhelp";
    public const string Szdd = "application/x-ms-compress-szdd";
    public const string Symbian = "application/vnd.symbian.install";

    public const string PortableExecutable = "application/vnd.microsoft.portable-executable";
    public const string DosExecutable = "application/x-dosexec";
    public const string Elf = "application/x-elf";
    public const string MachO = "application/x-mach-binary";
    public const string JavaClass = "application/java-vm";
    public const string Flash = "application/x-shockwave-flash";
    public const string WindowsShortcut = "application/x-ms-shortcut";

    /// <summary>The type that a file's first bytes show; give it up to <see cref="HeadLength"/> of them.</summary>
    /// <remarks>
    /// A zip and a compound file keep what tells their kinds apart elsewhere in the file: for these, the head says only
    /// <see cref="Zip"/> and <see cref="Ole"/>, and <see cref="DetectFile"/> looks inside.
    /// </remarks>
    public static string Detect(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return Empty;
        return BinaryTypes.Detect(head) ?? TextTypes.Detect(head) ?? Unknown;
    }

    /// <summary>The type that a file's content shows. A file whose inside is broken has the type that its head shows.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string DetectFile(string path) => ExamineFile(path).Type;

    /// <summary>The type that a file's content shows, and by what it shows it, for people.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (string Type, string How) ExamineFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var head = new byte[(int)Math.Min(HeadLength, file.Length)];
        int read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (read == 0)
            return (Empty, "it has no bytes");
        switch (BinaryTypes.Detect(head.AsSpan(0, read)))
        {
            case Zip:
                return (ZipTypes.Refine(file), "a zip's signature, and its members");
            case Ole:
                return (OleTypes.Refine(file), "a compound file's signature, and its streams");
            case Iso9660 when DiskTypes.HasUdf(file):
                return (Udf, "the descriptors of UDF behind those of ISO 9660");
            case { } type:
                return (type, "the signature in its first bytes");
            case null when DiskTypes.IsFixedVhd(file, head):
                return (Vhd, "the signature in its last bytes");
            default:
                return TextTypes.Detect(head.AsSpan(0, read)) is { } text ? (text, "the shape of its text") : (Unknown, "no signature and no kind of text known here");
        }
    }
}
