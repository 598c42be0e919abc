using MailScanBridge.Unpacking.Office;

namespace MailScanBridge.Unpacking.Types;

/// <summary>Tells compound files apart by the streams they hold.</summary>
internal static class OleTypes
{
    private static readonly Guid s_installer = new("000c1084-0000-0000-c000-000000000046");
    private static readonly Guid s_installerPatch = new("000c1086-0000-0000-c000-000000000046");

    private static readonly (string Stream, string Type)[] s_streams =
    [
        ("EncryptedPackage", ContentTypes.EncryptedOffice),
        ("WordDocument", ContentTypes.Word),
        ("Workbook", ContentTypes.Excel),
        ("Book", ContentTypes.Excel),
        ("PowerPoint Document", ContentTypes.PowerPoint),
        ("VisioDocument", ContentTypes.Visio),
        ("__properties_version1.0", ContentTypes.OutlookMessage),
    ];

    public static string Refine(Stream file)
    {
        CompoundFile compound;
        try
        {
            compound = CompoundFile.Open(file);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return ContentTypes.Ole; // the unpacker opens it again, and reports what is broken
        }

        if (compound.RootClassId == s_installer || compound.RootClassId == s_installerPatch)
            return ContentTypes.Installer;
        foreach ((string stream, string type) in s_streams)
        {
            if (compound.Find(stream) is not null)
                return type;
        }

        return ContentTypes.Ole;
    }
}
