using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Samples.MailPcap.Formats;

/// <summary>Writes a small OLE compound file ([MS-CFB], version 3): small streams in mini sectors, larger ones in sectors, one FAT sector.</summary>
internal sealed class CompoundFileWriter
{
    private const int Sector = 512, MiniSector = 64, MiniCutoff = 4096, EntryLength = 128;
    private const uint EndOfChain = 0xFFFFFFFE, FatSector = 0xFFFFFFFD;

    private sealed class Node(string name, byte[]? content)
    {
        public string Name { get; } = name;
        public byte[]? Content { get; } = content;
        public List<Node> Children { get; } = [];
        public int Index { get; set; } = -1;
        public int Left { get; set; } = -1;
        public int Right { get; set; } = -1;
        public int Child { get; set; } = -1;
        public uint Start { get; set; } = EndOfChain;
    }

    private readonly Node _root = new("Root Entry", null);

    /// <summary>Adds a stream; the names of the storages around it stand in front, separated by slashes.</summary>
    public CompoundFileWriter Add(string path, byte[] content)
    {
        string[] names = path.Split('/');
        Node storage = _root;
        foreach (string name in names[..^1])
        {
            Node? next = storage.Children.Find(c => c.Name == name);
            if (next is null)
                storage.Children.Add(next = new Node(name, null));
            storage = next;
        }

        storage.Children.Add(new Node(names[^1], content));
        return this;
    }

    public byte[] ToArray()
    {
        var nodes = new List<Node>();
        Number(_root, nodes);
        Link(_root);

        var mini = new MemoryStream();
        var miniFat = new List<uint>();
        var sectors = new MemoryStream(); // what follows the FAT sector
        var fat = new List<uint> { FatSector };
        foreach (Node stream in nodes.Where(n => n.Content is { Length: > 0 }))
        {
            stream.Start = stream.Content!.Length < MiniCutoff
                ? Append(mini, miniFat, stream.Content, MiniSector)
                : Append(sectors, fat, stream.Content, Sector);
        }

        _root.Start = mini.Length > 0 ? Append(sectors, fat, mini.ToArray(), Sector) : EndOfChain;
        uint miniFatStart = miniFat.Count > 0 ? Append(sectors, fat, Bytes(miniFat), Sector, 0xFF) : EndOfChain;
        uint directoryStart = Append(sectors, fat, Directory(nodes, (int)mini.Length), Sector);
        if (fat.Count > Sector / 4)
            throw new InvalidOperationException("more than one FAT sector is needed");

        var header = new byte[Sector];
        ((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(24), 0x3E);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), 0xFFFE);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(30), 9);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(32), 6);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(44), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(48), directoryStart);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(56), MiniCutoff);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(60), miniFatStart);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(64), (uint)((miniFat.Count * 4 + Sector - 1) / Sector));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(68), EndOfChain);
        header.AsSpan(76).Fill(0xFF);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(76), 0); // the FAT is sector 0
        byte[] fatSector = [.. Bytes(fat), .. Enumerable.Repeat((byte)0xFF, Sector - fat.Count * 4)];
        return [.. header, .. fatSector, .. sectors.ToArray()];
    }

    private static void Number(Node node, List<Node> nodes)
    {
        node.Index = nodes.Count;
        nodes.Add(node);
        foreach (Node child in node.Children)
            Number(child, nodes);
    }

    // The tree of a storage's children is ordered by length, then by upper-case name ([MS-CFB] 2.6.4).
    private static void Link(Node node)
    {
        List<Node> order = [.. node.Children.OrderBy(c => c.Name.Length).ThenBy(c => c.Name.ToUpperInvariant(), StringComparer.Ordinal)];
        node.Child = Balance(order, 0, order.Count);
        foreach (Node child in node.Children)
            Link(child);
    }

    private static int Balance(List<Node> order, int from, int to)
    {
        if (from >= to)
            return -1;
        int middle = (from + to) / 2;
        order[middle].Left = Balance(order, from, middle);
        order[middle].Right = Balance(order, middle + 1, to);
        return order[middle].Index;
    }

    private static uint Append(MemoryStream target, List<uint> table, byte[] content, int sector, byte padding = 0)
    {
        var start = (uint)table.Count;
        int count = (content.Length + sector - 1) / sector;
        target.Write(content);
        target.Write(Enumerable.Repeat(padding, count * sector - content.Length).ToArray());
        for (int i = 1; i <= count; i++)
            table.Add(i == count ? EndOfChain : start + (uint)i);
        return start;
    }

    private static byte[] Bytes(List<uint> values)
    {
        var bytes = new byte[values.Count * 4];
        for (int i = 0; i < values.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), values[i]);
        return bytes;
    }

    private static byte[] Directory(List<Node> nodes, int miniLength)
    {
        int slots = (nodes.Count + 3) / 4 * 4;
        var directory = new byte[slots * EntryLength];
        for (int i = 0; i < slots; i++)
        {
            Span<byte> entry = directory.AsSpan(i * EntryLength, EntryLength);
            entry.Slice(68, 12).Fill(0xFF);
            if (i >= nodes.Count)
                continue;
            Node node = nodes[i];
            byte[] name = Encoding.Unicode.GetBytes(node.Name);
            name.CopyTo(entry);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[64..], (ushort)(name.Length + 2));
            entry[66] = (byte)(i == 0 ? 5 : node.Content is null ? 1 : 2);
            entry[67] = 1; // black
            BinaryPrimitives.WriteInt32LittleEndian(entry[68..], node.Left);
            BinaryPrimitives.WriteInt32LittleEndian(entry[72..], node.Right);
            BinaryPrimitives.WriteInt32LittleEndian(entry[76..], node.Child);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[116..], i == 0 || node.Content is not null ? node.Start : 0);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[120..], (uint)(i == 0 ? miniLength : node.Content?.Length ?? 0));
        }

        return directory;
    }
}
