using System.Text;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>Microsoft cabinets ([MS-CAB]), stored and MSZIP; LZX and Quantum are not opened.</summary>
internal sealed class CabinetContainer : IContainer
{
    private const int HasPrevious = 1, HasNext = 2, HasReserve = 4;

    private readonly record struct Member(string Name, uint Size, uint Offset, ushort Folder);

    public bool Opens(ScanItem item, Stream content) => item.Type == ContentTypes.Cabinet;

    public void Open(ScanItem item, Stream content, PartSink parts)
    {
        using var reader = new BinaryReader(content, Encoding.Latin1, leaveOpen: true);
        content.Position = 16;
        uint firstFile = reader.ReadUInt32();
        content.Position = 26;
        ushort folderCount = reader.ReadUInt16(), fileCount = reader.ReadUInt16(), flags = reader.ReadUInt16();
        content.Position = 36;
        int headerReserve = 0, folderReserve = 0, dataReserve = 0;
        if ((flags & HasReserve) != 0)
        {
            headerReserve = reader.ReadUInt16();
            folderReserve = reader.ReadByte();
            dataReserve = reader.ReadByte();
            content.Position += headerReserve;
        }

        for (int i = 0; i < ((flags & HasPrevious) != 0 ? 2 : 0) + ((flags & HasNext) != 0 ? 2 : 0); i++)
            ReadName(reader);
        if ((flags & (HasPrevious | HasNext)) != 0)
            parts.Problem(Reasons.Unsupported, "one cabinet of several", isFinal: true);

        var folders = new List<(uint Start, ushort Blocks, int Method)>();
        for (int i = 0; i < folderCount; i++)
        {
            folders.Add((reader.ReadUInt32(), reader.ReadUInt16(), reader.ReadUInt16() & 0x0F));
            content.Position += folderReserve;
        }

        content.Position = firstFile;
        var members = new List<Member>();
        for (int i = 0; i < fileCount && members.Count <= parts.Budget.MaxItems; i++)
        {
            uint size = reader.ReadUInt32(), offset = reader.ReadUInt32();
            ushort folder = reader.ReadUInt16();
            content.Position += 6; // date, time, attributes
            members.Add(new Member(ReadName(reader), size, offset, folder));
        }

        for (int i = 0; i < folders.Count; i++)
            OpenFolder(content, folders[i], dataReserve, [.. members.Where(m => m.Folder == i).OrderBy(m => m.Offset)], parts);
        // Folder numbers above the last mean that the file goes on in another cabinet.
        if (members.Exists(m => m.Folder >= folders.Count))
            parts.Problem(Reasons.Unsupported, "a file that goes on in another cabinet", isFinal: true);
        if (members.Count == 0)
            parts.Problem(Reasons.Damaged, "no members");
    }

    private static void OpenFolder(Stream content, (uint Start, ushort Blocks, int Method) folder, int reserve, List<Member> members, PartSink parts)
    {
        if (folder.Method > 1)
        {
            parts.Problem(Reasons.Unsupported, folder.Method == 3 ? "a folder compressed with LZX" : $"a folder compressed with method {folder.Method}");
            return;
        }

        // A folder is one stream; its files follow each other in it.
        CabinetFolderStream data = Start();
        try
        {
            TakeOut();
        }
        finally
        {
            data.Dispose();
        }

        CabinetFolderStream Start() => new(content, folder.Start, folder.Blocks, reserve, folder.Method == 1, parts.Token);

        void TakeOut()
        {
            long at = 0;
            Member last = default;
            foreach (Member member in members)
            {
                // Files with the same content may share it, as those of installers do.
                if (member.Offset < at && member.Offset == last.Offset && member.Size == last.Size)
                {
                    data.Dispose();
                    (data, at) = (Start(), 0);
                }
                else if (member.Offset < at)
                {
                    parts.Problem(Reasons.Damaged, $"{member.Name}: overlaps the file before it");
                    continue;
                }

                last = member;
                (uint Crc, long Length)? read = parts.Write(member.Name, null, target =>
                {
                    Copy(data, Stream.Null, member.Offset - at);
                    at = member.Offset;
                    at += Copy(data, target, member.Size);
                });
                if (read is null)
                    return; // the stream stands in the middle, and what follows cannot be found
                if (read.Value.Length != member.Size)
                    parts.Problem(Reasons.Damaged, $"{member.Name}: {read.Value.Length} of {member.Size} bytes");
            }
        }
    }

    private static long Copy(Stream from, Stream to, long length)
    {
        var buffer = new byte[32 * 1024];
        long copied = 0;
        while (copied < length && from.Read(buffer, 0, (int)Math.Min(buffer.Length, length - copied)) is var read and > 0)
        {
            to.Write(buffer, 0, read);
            copied += read;
        }

        return copied;
    }

    private static string ReadName(BinaryReader reader)
    {
        const int Longest = 512;
        var name = new List<byte>();
        for (byte b = reader.ReadByte(); b != 0; b = reader.ReadByte())
        {
            if (name.Count >= Longest)
                throw new InvalidDataException("cabinet name without an end");
            name.Add(b);
        }

        return Encoding.Latin1.GetString([.. name]);
    }
}
