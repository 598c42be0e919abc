using System.Text;
using MailScanBridge.Unpacking.Office;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>The body and attachments of an Outlook message ([MS-OXMSG]); those of a message inside it included.</summary>
internal static class OutlookMessage
{
    private const string Property = "__substg1.0_";
    private const string AttachmentData = Property + "37010102";

    private static readonly (string Stream, string Name, string Type)[] s_bodies =
    [
        (Property + "1000001F", "body.txt", ContentTypes.Text), (Property + "1000001E", "body.txt", ContentTypes.Text),
        (Property + "10130102", "body.html", ContentTypes.Html), (Property + "1013001F", "body.html", ContentTypes.Html),
    ];

    public static void TakeOut(CompoundFile file, PartSink parts)
    {
        foreach (CompoundEntry entry in file.Entries.Where(e => e.IsStream))
        {
            parts.Token.ThrowIfCancellationRequested();
            if (entry.Name.Equals(AttachmentData, StringComparison.OrdinalIgnoreCase))
                parts.Read(NameOf(file, entry), null, () => Content(file, entry, parts));
            foreach ((string stream, string name, string type) in s_bodies)
            {
                if (entry.Name.Equals(stream, StringComparison.OrdinalIgnoreCase) && entry.Size > 0)
                    parts.Read(name, type, () => Content(file, entry, parts), type);
            }
        }
    }

    private static MemoryStream Content(CompoundFile file, CompoundEntry entry, PartSink parts) => new(file.Read(entry, parts.Budget.MaxItemBytes + 1));

    // Long name, else short name, as Unicode, else in a code page.
    private static string? NameOf(CompoundFile file, CompoundEntry data)
    {
        const int Longest = 1024;
        string storage = data.Path[..^data.Name.Length];
        foreach (string property in (string[])["3707001F", "3707001E", "3704001F", "3704001E"])
        {
            if (file.Find(storage + Property + property) is not { } entry)
                continue;
            byte[] name = file.Read(entry, Longest);
            return (property.EndsWith('F') ? Encoding.Unicode : Encoding.Latin1).GetString(name).TrimEnd('\0');
        }

        return null;
    }
}
