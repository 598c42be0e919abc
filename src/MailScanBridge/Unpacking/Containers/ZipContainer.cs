namespace MailScanBridge.Unpacking.Containers;

/// <summary>Zip and what is made of it: Office documents, OpenDocument, Java archives; also a zip behind something else, as in a self-extractor.</summary>
internal sealed class ZipContainer : IContainer
{
    private static readonly HashSet<string> s_types =
    [
        ContentTypes.Zip, ContentTypes.Docx, ContentTypes.Dotx, ContentTypes.Docm, ContentTypes.Dotm, ContentTypes.Xlsx, ContentTypes.Xltx,
        ContentTypes.Xlsm, ContentTypes.Xltm, ContentTypes.Xlam, ContentTypes.Xlsb, ContentTypes.Pptx, ContentTypes.Potx, ContentTypes.Ppsx,
        ContentTypes.Pptm, ContentTypes.Potm, ContentTypes.Ppsm, ContentTypes.Ppam, ContentTypes.Vsdx, ContentTypes.Vsdm, ContentTypes.Xps,
        ContentTypes.OpenPackage, ContentTypes.OpenDocument, ContentTypes.Epub, ContentTypes.JavaArchive,
    ];

    // Members of these are taken out by their own reader, and a stored zip may well be the last of them: something of theirs, if but padding, stands
    // behind it. One that ends with the file's last byte is no member: Java and Explorer open it, whatever is in front.
    private static readonly HashSet<string> s_openedOtherwise =
    [
        ContentTypes.Mail, ContentTypes.Mbox, ContentTypes.Tar, ContentTypes.SevenZip, ContentTypes.Rar, ContentTypes.Tnef, ContentTypes.Ole,
        ContentTypes.Word, ContentTypes.Excel, ContentTypes.PowerPoint, ContentTypes.OutlookMessage, ContentTypes.Empty,
    ];

    // A whole zip in the middle of these is a file of theirs.
    private static readonly HashSet<string> s_storesFiles =
    [
        ContentTypes.Iso9660, ContentTypes.Udf, ContentTypes.Cpio, ContentTypes.Ar, ContentTypes.Cabinet, ContentTypes.OneNote,
    ];

    public bool Opens(ScanItem item, Stream content) =>
        s_types.Contains(item.Type) || (!s_openedOtherwise.Contains(item.Type) && (ZipDirectory.EndsIn(content) || (!s_storesFiles.Contains(item.Type) && ZipDirectory.StandsIn(content))))
        || (item.Type is not (ContentTypes.Mail or ContentTypes.Mbox or ContentTypes.Empty) && ZipDirectory.EndsExactlyIn(content));

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        ZipDirectory directory = ZipDirectory.Read(content, parts.Budget.MaxItems + 1, parts.Token);
        foreach (string fault in directory.Faults)
            parts.Problem(Reasons.Damaged, fault);

        var passwords = new ZipPasswords(content, parts);
        foreach (ZipMember member in directory.Members)
        {
            if (member.IsDirectory)
                continue;
            if (member.IsEncrypted)
            {
                passwords.TakeOut(member);
                continue;
            }

            (uint Crc, long Length)? read = parts.Read(member.Name, null, () => ZipMethods.Open(content, member, parts.Token, parts.Budget.MaxDictionaryBytes));
            // A wrong checksum means that the decoder, or this zip, shows something else than what the recipient gets.
            bool hasCrc = member.Size is not null;
            if (read is { } r && hasCrc && (r.Crc != member.Crc || r.Length != member.Size))
                parts.Problem(Reasons.Damaged, $"{member.Name}: size or checksum is not what the header says");
        }

        if (directory.IsCut)
            throw new LimitReachedException($"more than {parts.Budget.MaxItems} parts (unpacking.max_items)", LimitScope.Container);
        if (parts.Count == 0 && parts.Problems == 0 && directory.Members.Count == 0 && content.Length > ZipHeaders.EndLength)
            parts.Problem(Reasons.Damaged, "no members");
    }
}
