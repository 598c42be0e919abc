using System.Buffers.Binary;
using MailScanBridge.Unpacking.Office;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Compound files: macros, packed and embedded objects, the attachments of an Outlook message; and whether a password is in the way.</summary>
internal sealed class OleContainer : IContainer
{
    // Record that starts an encrypted workbook's globals ([MS-XLS] 2.4.117 FilePass).
    private const int FilePass = 0x2F;

    // How much of a workbook is searched for it, in bytes: it stands within the first records.
    private const int WorkbookHead = 4096;

    // Streams that hold a whole file, in an object's storage.
    private static readonly HashSet<string> s_wholeFiles = new(StringComparer.OrdinalIgnoreCase) { "Package", "CONTENTS", "EmbeddedOdf" };

    public bool Opens(ScanItem item, Stream content) => item.Type is ContentTypes.Ole or ContentTypes.Word or ContentTypes.Excel
        or ContentTypes.PowerPoint or ContentTypes.Visio or ContentTypes.OutlookMessage or ContentTypes.Installer or ContentTypes.EncryptedOffice;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        CompoundFile file = CompoundFile.Open(content);
        if (item.Type == ContentTypes.EncryptedOffice)
            OpenLocked(file, parts);
        else if (IsEncrypted(item.Type, file))
            parts.Problem(Reasons.Encrypted, "a document behind a password");

        foreach ((string name, byte[] source) in VbaModules.Read(file))
            parts.Read(name + ".bas", null, () => new MemoryStream(source), ContentTypes.Vba);
        foreach (CompoundEntry entry in file.Entries.Where(e => e.IsStream && e.Size > 0))
        {
            parts.Token.ThrowIfCancellationRequested();
            if (entry.Name.Equals("\u0001Ole10Native", StringComparison.OrdinalIgnoreCase))
                OpenPackage(file, entry, parts);
            else if (s_wholeFiles.Contains(entry.Name) || item.Type == ContentTypes.Installer)
                parts.Read(entry.Name, null, () => new MemoryStream(file.Read(entry, parts.Budget.MaxItemBytes + 1)));
        }

        if (item.Type == ContentTypes.OutlookMessage)
            OutlookMessage.TakeOut(file, parts);
        else if (item.Type == ContentTypes.PowerPoint)
            PowerPointObjects.TakeOut(file, parts);
    }

    private static void OpenLocked(CompoundFile file, PartSink parts)
    {
        if (file.Find("EncryptionInfo") is not { } info || file.Find("EncryptedPackage") is not { } package)
            throw new EncryptedContentException("an Office document behind a password");
        OfficeEncryption encryption;
        try
        {
            encryption = OfficeEncryption.Read(file.Read(info, parts.Budget.MaxItemBytes));
        }
        catch (Exception e) when (Hostile.Describe(e) is { } hostile)
        {
            throw new EncryptedContentException($"an Office document behind a password, which cannot be tried: {hostile.Detail}");
        }

        foreach (string password in parts.Passwords(slow: true).Prepend(OfficeEncryption.NoQuestionAsked))
        {
            if (encryption.Unlock(password, parts.Token) is not { } key)
                continue;
            parts.Opened(password);
            parts.Read("document", null, () => new MemoryStream(encryption.Decrypt(file.Read(package, parts.Budget.MaxItemBytes + 1), key)));
            parts.Opened(null);
            return;
        }

        throw new EncryptedContentException("an Office document behind a password");
    }

    private static void OpenPackage(CompoundFile file, CompoundEntry entry, PartSink parts)
    {
        byte[] native = file.Read(entry, parts.Budget.MaxItemBytes + 1);
        if (OlePackage.Read(native, sized: true) is { } package)
            parts.Read(package.Name, null, () => new MemoryStream(package.Content.ToArray()));
        else
            parts.Read("Ole10Native", null, () => new MemoryStream(native));
    }

    private static bool IsEncrypted(string type, CompoundFile file)
    {
        switch (type)
        {
            case ContentTypes.Word:
                // FibBase ([MS-DOC] 2.5.2): fEncrypted is bit 8 of the flags at offset 10.
                byte[] fib = Head(file, "WordDocument", 12);
                return fib.Length == 12 && (BinaryPrimitives.ReadUInt16LittleEndian(fib.AsSpan(10)) & 0x0100) != 0;
            case ContentTypes.Excel:
                return HasFilePass(Head(file, "Workbook", WorkbookHead)) || HasFilePass(Head(file, "Book", WorkbookHead));
            case ContentTypes.PowerPoint:
                // CurrentUserAtom ([MS-PPT] 2.3.2): headerToken F3D1C4DF marks an encrypted document.
                byte[] user = Head(file, "Current User", 16);
                return user.Length == 16 && BinaryPrimitives.ReadUInt32LittleEndian(user.AsSpan(12)) == 0xF3D1C4DF;
            default:
                return false;
        }
    }

    private static byte[] Head(CompoundFile file, string stream, int length) =>
        file.Find(stream) is { } entry ? file.Read(entry, length) : [];

    private static bool HasFilePass(byte[] workbook)
    {
        ReadOnlySpan<byte> rest = workbook;
        while (rest.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            if (id == FilePass)
                return true;
            if (rest.Length < 4 + length)
                return false;
            rest = rest[(4 + length)..];
        }

        return false;
    }
}
