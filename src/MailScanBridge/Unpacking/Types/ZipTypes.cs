using MailScanBridge.Unpacking.Containers;

namespace MailScanBridge.Unpacking.Types;

/// <summary>Tells the kinds of zip apart: Office documents by their content-types part, others by the member that marks them.</summary>
internal static class ZipTypes
{
    // What is read of a marking member, in bytes: real ones are far smaller.
    private const int MaxMarker = 1024 * 1024;

    // The members looked at for markers; they come first in what real programs write.
    private const int MaxMembers = 4096;

    // The main part's content type, as it stands in [Content_Types].xml; macro kinds first, since a package that claims both is one.
    private static readonly (string Part, string Type)[] s_mainParts =
    [
        ("application/vnd.ms-word.document.macroenabled.main+xml", ContentTypes.Docm),
        ("application/vnd.ms-word.template.macroenabledtemplate.main+xml", ContentTypes.Dotm),
        ("application/vnd.ms-excel.sheet.macroenabled.main+xml", ContentTypes.Xlsm),
        ("application/vnd.ms-excel.template.macroenabled.main+xml", ContentTypes.Xltm),
        ("application/vnd.ms-excel.addin.macroenabled.main+xml", ContentTypes.Xlam),
        ("application/vnd.ms-excel.sheet.binary.macroenabled.main", ContentTypes.Xlsb),
        ("application/vnd.ms-powerpoint.presentation.macroenabled.main+xml", ContentTypes.Pptm),
        ("application/vnd.ms-powerpoint.template.macroenabled.main+xml", ContentTypes.Potm),
        ("application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml", ContentTypes.Ppsm),
        ("application/vnd.ms-powerpoint.addin.macroenabled.main+xml", ContentTypes.Ppam),
        ("application/vnd.ms-visio.drawing.macroenabled.main+xml", ContentTypes.Vsdm),
        ("wordprocessingml.document.main+xml", ContentTypes.Docx),
        ("wordprocessingml.template.main+xml", ContentTypes.Dotx),
        ("spreadsheetml.sheet.main+xml", ContentTypes.Xlsx),
        ("spreadsheetml.template.main+xml", ContentTypes.Xltx),
        ("presentationml.presentation.main+xml", ContentTypes.Pptx),
        ("presentationml.template.main+xml", ContentTypes.Potx),
        ("presentationml.slideshow.main+xml", ContentTypes.Ppsx),
        ("application/vnd.ms-visio.drawing.main+xml", ContentTypes.Vsdx),
        ("package.xps-fixeddocumentsequence+xml", ContentTypes.Xps),
    ];

    public static string Refine(Stream file)
    {
        ZipDirectory directory = ZipDirectory.Read(file, MaxMembers, CancellationToken.None);
        foreach (ZipMember member in directory.Members)
        {
            // A part's name is compared without case and may be escaped by a slash in front, as Office accepts it.
            string name = member.Name.TrimStart('/', '\\').ToLowerInvariant();
            if (name == "[content_types].xml")
                return Main(Marker(file, member).ToLowerInvariant());
            if (name == "mimetype")
            {
                string stated = Marker(file, member).Trim();
                if (stated.StartsWith("application/vnd.oasis.opendocument.", StringComparison.Ordinal))
                    return ContentTypes.OpenDocument;
                if (stated == ContentTypes.Epub)
                    return ContentTypes.Epub;
            }
        }

        return directory.Members.Any(m => m.Name.Equals("META-INF/MANIFEST.MF", StringComparison.OrdinalIgnoreCase))
            ? ContentTypes.JavaArchive
            : ContentTypes.Zip;
    }

    private static string Main(string contentTypes)
    {
        foreach ((string part, string type) in s_mainParts)
        {
            if (contentTypes.Contains(part, StringComparison.Ordinal))
                return type;
        }

        return ContentTypes.OpenPackage;
    }

    private static string Marker(Stream file, ZipMember member)
    {
        var buffer = new byte[MaxMarker];
        int read = 0;
        try
        {
            using Stream content = ZipMethods.Open(file, member);
            read = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (Hostile.Describe(e) is not null)
        {
            // The member is taken out again by the unpacker, which reports it; here its type merely stays unknown.
        }

        ReadOnlySpan<byte> text = buffer.AsSpan(0, read);
        return TextEncodings.Decode(text);
    }
}
