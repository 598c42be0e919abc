using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Unpacking.Office;

/// <summary>One storage or stream of a compound file.</summary>
/// <param name="Name">Its own name, control characters included. Hostile.</param>
/// <param name="Path">Names from the root down, joined by <c>/</c>; the bare name where the tree does not reach it.</param>
/// <param name="IsStream">True for a stream, false for a storage.</param>
/// <param name="Start">First sector of its content.</param>
/// <param name="Size">Size in bytes as the directory states it.</param>
/// <param name="ClassId">CLSID of a storage, in the directory's byte order; empty for none.</param>
internal sealed record CompoundEntry(string Name, string Path, bool IsStream, uint Start, long Size, Guid ClassId);

/// <summary>
/// Reads OLE compound files ([MS-CFB], https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb), tolerant as
/// Office is, with every chain bounded by the size of the file. Not thread-safe.
/// </summary>
internal sealed class CompoundFile
{
    private const uint LargestSector = 0xFFFFFFFA;
    private const int HeaderLength = 512;
    private const int EntryLength = 128;
    private const int NoSibling = -1;

    // A document with more directory entries than this is not one that Office wrote.
    private const int MaxEntries = 65_536;

    private readonly Stream _file;
    private readonly int _sectorSize;
    private readonly int _miniSectorSize;
    private readonly long _miniCutoff;
    private readonly uint[] _fat;
    private readonly uint[] _miniFat;
    private byte[] _miniStream = [];

    private CompoundFile(Stream file)
    {
        _file = file;
        var header = new byte[HeaderLength];
        file.Position = 0;
        file.ReadExactly(header);
        int shift = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30));
        int miniShift = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(32));
        if (shift is not (9 or 12) || miniShift is < 3 or > 9)
            throw new InvalidDataException("compound file: sector size out of range");
        _sectorSize = 1 << shift;
        _miniSectorSize = 1 << miniShift;
        _miniCutoff = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(56));
        _fat = ReadFat(header);
        _miniFat = ToSectors(ReadChain(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(60)), file.Length));
        Entries = ReadDirectory(ReadChain(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(48)), (long)MaxEntries * EntryLength));
    }

    /// <summary>Every storage and stream, in directory order, those that the tree does not reach included.</summary>
    public IReadOnlyList<CompoundEntry> Entries { get; }

    /// <summary>CLSID of the root, empty for none.</summary>
    public Guid RootClassId { get; private set; }

    /// <exception cref="InvalidDataException">Not a compound file, or one too broken to list.</exception>
    /// <exception cref="EndOfStreamException">It ends too soon.</exception>
    public static CompoundFile Open(Stream file) => new(file);

    public CompoundEntry? Find(string path) =>
        Entries.FirstOrDefault(e => e.IsStream && string.Equals(e.Path, path, StringComparison.OrdinalIgnoreCase));

    /// <summary>The first bytes of a stream, <paramref name="limit"/> at most.</summary>
    /// <exception cref="InvalidDataException">Its chain of sectors is broken.</exception>
    public byte[] Read(CompoundEntry entry, long limit)
    {
        long length = Math.Min(entry.Size, limit);
        byte[] content = entry.Size < _miniCutoff ? ReadMiniChain(entry.Start, length) : ReadChain(entry.Start, length);
        if (content.Length < length)
            throw new InvalidDataException($"compound file: stream of {entry.Size} bytes ends after {content.Length}");
        return content.Length == length ? content : content[..(int)length];
    }

    private uint[] ReadFat(byte[] header)
    {
        long most = _file.Length / _sectorSize + 1;
        var sectors = new List<uint>();
        for (int i = 0; i < 109; i++)
            sectors.Add(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(76 + i * 4)));
        uint next = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(68));
        for (long hops = 0; next <= LargestSector && hops <= most; hops++)
        {
            uint[] difat = ToSectors(ReadSector(next));
            sectors.AddRange(difat.AsSpan(0, difat.Length - 1));
            next = difat[^1];
        }

        var fat = new List<uint>();
        foreach (uint sector in sectors.Where(s => s <= LargestSector).Take((int)Math.Min(most, int.MaxValue)))
        {
            if (fat.Count > most + _sectorSize)
                break;
            fat.AddRange(ToSectors(ReadSector(sector)));
        }

        return [.. fat];
    }

    private List<CompoundEntry> ReadDirectory(byte[] directory)
    {
        int count = directory.Length / EntryLength;
        if (count == 0)
            throw new InvalidDataException("compound file: no directory");
        ReadOnlySpan<byte> root = directory.AsSpan(0, EntryLength);
        RootClassId = new Guid(root.Slice(80, 16));
        long miniLength = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(root[120..]), _file.Length);
        _miniStream = ReadChain(BinaryPrimitives.ReadUInt32LittleEndian(root[116..]), miniLength);

        string[] paths = ResolvePaths(directory, count);
        var entries = new List<CompoundEntry>(count);
        for (int i = 1; i < count; i++)
        {
            ReadOnlySpan<byte> e = directory.AsSpan(i * EntryLength, EntryLength);
            if (e[66] is not (1 or 2))
                continue;
            // The upper half of the size is garbage in files with 512-byte sectors ([MS-CFB] 2.6.1).
            long size = _sectorSize == 512 ? BinaryPrimitives.ReadUInt32LittleEndian(e[120..]) : BinaryPrimitives.ReadInt64LittleEndian(e[120..]);
            entries.Add(new CompoundEntry(NameOf(e), paths[i], e[66] == 2, BinaryPrimitives.ReadUInt32LittleEndian(e[116..]), Math.Max(0, size), new Guid(e.Slice(80, 16))));
        }

        return entries;
    }

    // The tree can hold loops: each entry is visited once.
    private static string[] ResolvePaths(byte[] directory, int count)
    {
        var paths = new string[count];
        for (int i = 0; i < count; i++)
            paths[i] = NameOf(directory.AsSpan(i * EntryLength, EntryLength));
        var seen = new bool[count];
        seen[0] = true;
        var pending = new Stack<(int Entry, string Prefix)>();
        pending.Push((Link(0, 76), ""));
        while (pending.TryPop(out (int Entry, string Prefix) next))
        {
            if (next.Entry <= 0 || next.Entry >= count || seen[next.Entry])
                continue;
            seen[next.Entry] = true;
            string own = paths[next.Entry];
            paths[next.Entry] = next.Prefix + own;
            pending.Push((Link(next.Entry, 68), next.Prefix));
            pending.Push((Link(next.Entry, 72), next.Prefix));
            // A path as long as this comes from nesting that no writer makes; the bare name serves then.
            if (next.Prefix.Length < 4096)
                pending.Push((Link(next.Entry, 76), next.Prefix + own + "/"));
        }

        return paths;

        int Link(int entry, int offset)
        {
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(directory.AsSpan(entry * EntryLength + offset));
            return id < count ? (int)id : NoSibling;
        }
    }

    private static string NameOf(ReadOnlySpan<byte> entry)
    {
        int length = Math.Clamp(BinaryPrimitives.ReadUInt16LittleEndian(entry[64..]) - 2, 0, 62);
        return Encoding.Unicode.GetString(entry[..(length & ~1)]);
    }

    private byte[] ReadSector(uint sector)
    {
        var content = new byte[_sectorSize];
        long at = ((long)sector + 1) * _sectorSize;
        if (at >= _file.Length)
            throw new InvalidDataException("compound file: sector past the end");
        _file.Position = at;
        _file.ReadAtLeast(content, _sectorSize, throwOnEndOfStream: false); // a last sector may be cut short
        return content;
    }

    private byte[] ReadChain(uint start, long limit)
    {
        using var content = new MemoryStream();
        long most = _file.Length / _sectorSize + 1;
        uint sector = start;
        for (long hops = 0; sector <= LargestSector && content.Length < limit; hops++)
        {
            if (hops > most || sector >= _fat.Length)
                throw new InvalidDataException("compound file: broken chain of sectors");
            content.Write(ReadSector(sector));
            sector = _fat[sector];
        }

        return content.ToArray();
    }

    private byte[] ReadMiniChain(uint start, long limit)
    {
        using var content = new MemoryStream();
        uint sector = start;
        for (int hops = 0; sector <= LargestSector && content.Length < limit; hops++)
        {
            long at = (long)sector * _miniSectorSize;
            if (hops > _miniFat.Length || sector >= _miniFat.Length || at >= _miniStream.Length)
                throw new InvalidDataException("compound file: broken chain of mini sectors");
            content.Write(_miniStream.AsSpan((int)at, (int)Math.Min(_miniSectorSize, _miniStream.Length - at)));
            sector = _miniFat[sector];
        }

        return content.ToArray();
    }

    private static uint[] ToSectors(byte[] content)
    {
        var sectors = new uint[content.Length / 4];
        for (int i = 0; i < sectors.Length; i++)
            sectors[i] = BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(i * 4));
        return sectors;
    }
}
