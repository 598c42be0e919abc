using System.Buffers.Binary;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>
/// Every member of a zip, by the central directory and by the local headers both, since programs differ in which they
/// follow and what one of them cannot see can be hidden from it.
/// </summary>
internal sealed class ZipDirectory
{
    // A comment holds 65,535 bytes at most, so the end record starts within this of the end.
    private const int EndWindow = ZipHeaders.EndLength + 65_535;

    // A local header in bytes that no member covers counts only if it is sane: random data holds the signature too.
    private const int LargestMethod = 99;
    private const int LongestName = 4096;

    private const long SearchedBytes = 256L * 1024 * 1024;

    private readonly List<ZipMember> _members = [];
    private readonly List<string> _faults = [];

    /// <summary>Members to take out, those only one of the two directories shows included.</summary>
    public IReadOnlyList<ZipMember> Members => _members;

    /// <summary>What is wrong with the structure, in words; a zip with faults is not wholly seen.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>True where there are more members than were asked for.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Reads the structure; stops listing at <paramref name="maxMembers"/>.</summary>
    public static ZipDirectory Read(Stream file, int maxMembers, CancellationToken token)
    {
        var directory = new ZipDirectory();
        long end = FindEnd(file, 0);
        directory.ReadAll(file, end, maxMembers, token);
        return directory;
    }

    /// <summary>True where a whole zip ends the file, though something else may start it.</summary>
    public static bool EndsIn(Stream file) => FindEnd(file, 0) >= 0;

    /// <summary>True where the last byte of the zip, or of its comment, is that of the file.</summary>
    public static bool EndsExactlyIn(Stream file)
    {
        Span<byte> length = stackalloc byte[2];
        return FindEnd(file, 0) is var end and >= 0 && ZipHeaders.ReadAt(file, end + ZipHeaders.EndLength - length.Length, length)
            && end + ZipHeaders.EndLength + BinaryPrimitives.ReadUInt16LittleEndian(length) == file.Length;
    }

    /// <summary>
    /// True where a sound local header stands anywhere in the first 256 MiB: programs open a zip with more behind it than a
    /// comment may hold. Its members are then taken by their local headers, and that is said.
    /// </summary>
    public static bool StandsIn(Stream file)
    {
        long to = Math.Min(file.Length, SearchedBytes);
        for (long at = 0; (at = Find(file, ZipHeaders.LocalSignature, at, to, CancellationToken.None)) >= 0; at += 4)
        {
            if (ZipHeaders.ReadLocal(file, at) is { Method: 0 or (>= 1 and <= 6) or 8 or 9 or 12 or 14 or 93 or 95 or 98 or 99, Name.Length: > 0 and <= LongestName } member
                && !member.Name.Any(char.IsControl))
                return true;
        }

        return false;
    }

    private void ReadAll(Stream file, long end, int maxMembers, CancellationToken token)
    {
        long directoryStart = file.Length;
        long directoryEnd = file.Length;
        if (end < 0)
        {
            _faults.Add("no end record: members taken from their local headers");
        }
        else
        {
            (directoryStart, directoryEnd) = ReadCentral(file, end, maxMembers, token);
        }

        // Whatever the listed members do not cover is searched for members that no directory lists.
        long at = 0;
        foreach (ZipMember member in _members.OrderBy(m => m.HeaderOffset).ToList())
        {
            if (member.HeaderOffset < at)
                Fault("members overlap");
            else
                SearchGap(file, at, member.HeaderOffset, end >= 0, maxMembers, token);
            at = Math.Max(at, member.End);
        }

        SearchGap(file, at, directoryStart, end >= 0, maxMembers, token);
        SearchGap(file, directoryEnd, file.Length, end >= 0, maxMembers, token);
    }

    private (long Start, long End) ReadCentral(Stream file, long end, int maxMembers, CancellationToken token)
    {
        (long start, long length, long shift, long count) = Locate(file, end);
        var directory = new byte[(int)Math.Min(length, Math.Min(int.MaxValue, (long)maxMembers * 1024 + 65_536))];
        if (!ZipHeaders.ReadAt(file, start, directory))
        {
            Fault("the central directory is cut");
            return (end, end + ZipHeaders.EndLength);
        }

        ReadOnlySpan<byte> rest = directory;
        long listed = 0;
        while (ZipHeaders.ReadCentral(rest) is { } entry)
        {
            token.ThrowIfCancellationRequested();
            listed++;
            if (_members.Count >= maxMembers)
            {
                IsCut = true;
                return (start, end + ZipHeaders.EndLength);
            }

            Place(file, entry.Member, shift);
            rest = rest[entry.Length..];
        }

        if (directory.Length < length)
            IsCut = true;
        else if (listed != count)
            Fault($"the end record counts {count} members, the central directory lists {listed}");
        return (start, end + ZipHeaders.EndLength);
    }

    /// <summary>Finds a listed member's local header and compares the two.</summary>
    private void Place(Stream file, ZipMember central, long shift)
    {
        ZipMember? local = ZipHeaders.ReadLocal(file, central.HeaderOffset + shift)
            ?? ZipHeaders.ReadLocal(file, central.HeaderOffset);
        if (local is null)
        {
            Fault($"{central.Name}: no local header where the central directory points");
            return;
        }

        ZipMember placed = central with { HeaderOffset = local.HeaderOffset, DataOffset = local.DataOffset };
        if (placed.End > file.Length)
        {
            Fault($"{central.Name}: its data ends past the end of the file");
            placed = placed with { CompressedSize = Math.Max(0, file.Length - placed.DataOffset) };
        }

        _members.Add(placed);
        bool sizes = !local.HasDescriptor && (local.CompressedSize != central.CompressedSize || local.Size != central.Size);
        if (local.Name != central.Name || local.Method != central.Method || local.IsEncrypted != central.IsEncrypted || sizes)
        {
            Fault($"{central.Name}: local header and central directory disagree");
            if (local.Method != central.Method || sizes)
                _members.Add(local); // as the programs see it that follow the local headers
        }
    }

    private void SearchGap(Stream file, long from, long to, bool hasDirectory, int maxMembers, CancellationToken token)
    {
        while (from < to && !IsCut)
        {
            token.ThrowIfCancellationRequested();
            long at = Find(file, ZipHeaders.LocalSignature, from, to, token);
            if (at < 0)
                return;
            from = at + 4;
            if (ZipHeaders.ReadLocal(file, at) is not { } hidden || hidden.Method > LargestMethod || hidden.Name.Length is 0 or > LongestName)
                continue;
            if (_members.Count >= maxMembers)
            {
                IsCut = true;
                return;
            }

            if (hidden.Size is null)
            {
                // Only the next record tells where the data ends.
                long next = Find(file, "PK"u8, hidden.DataOffset, to, token, IsRecord);
                hidden = hidden with { CompressedSize = (next < 0 ? to : next) - hidden.DataOffset };
            }

            hidden = hidden with { CompressedSize = Math.Clamp(hidden.CompressedSize, 0, file.Length - hidden.DataOffset) };
            _members.Add(hidden);
            if (hasDirectory)
                Fault($"{hidden.Name}: not in the central directory");
            from = Math.Max(from, hidden.End);
        }
    }

    private static bool IsRecord(ReadOnlySpan<byte> four) =>
        four.SequenceEqual(ZipHeaders.LocalSignature) || four.SequenceEqual(ZipHeaders.CentralSignature)
        || four.SequenceEqual(ZipHeaders.EndSignature) || four.SequenceEqual(ZipHeaders.DescriptorSignature);

    private void Fault(string fault)
    {
        if (!_faults.Contains(fault))
            _faults.Add(fault);
    }

    /// <summary>The last end record (4.3.16) whose directory is where it says; -1 for none.</summary>
    private static long FindEnd(Stream file, long from)
    {
        long windowStart = Math.Max(from, file.Length - EndWindow);
        var window = new byte[(int)(file.Length - windowStart)];
        if (!ZipHeaders.ReadAt(file, windowStart, window))
            return -1;
        Span<byte> first = stackalloc byte[4];
        for (int at = window.Length - ZipHeaders.EndLength; at >= 0; at--)
        {
            at = window.AsSpan(0, at + 4).LastIndexOf(ZipHeaders.EndSignature);
            if (at < 0)
                return -1;
            if (at > window.Length - ZipHeaders.EndLength)
                continue;
            (long start, long length, _, long count) = Locate(file, windowStart + at);
            if ((count == 0 && length == 0) || (length > 0 && ZipHeaders.ReadAt(file, start, first) && first.SequenceEqual(ZipHeaders.CentralSignature)))
                return windowStart + at;
        }

        return -1;
    }

    /// <summary>Where the central directory is. What stands in front of the zip shifts every offset in it.</summary>
    private static (long Start, long Length, long Shift, long Count) Locate(Stream file, long end)
    {
        Span<byte> record = stackalloc byte[ZipHeaders.EndLength];
        ZipHeaders.ReadAt(file, end, record);
        long count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        long before = end;

        // Zip64 locator and end record (4.3.14, 4.3.15) stand right before.
        Span<byte> locator = stackalloc byte[20];
        if (ZipHeaders.ReadAt(file, end - 20, locator) && locator.StartsWith("PK\u0006\u0007"u8))
        {
            Span<byte> end64 = stackalloc byte[56];
            long at64 = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
            if ((ZipHeaders.ReadAt(file, at64, end64) && end64.StartsWith("PK\u0006\u0006"u8))
                || (ZipHeaders.ReadAt(file, at64 = end - 76, end64) && end64.StartsWith("PK\u0006\u0006"u8)))
            {
                count = BinaryPrimitives.ReadInt64LittleEndian(end64[32..]);
                length = BinaryPrimitives.ReadInt64LittleEndian(end64[40..]);
                offset = BinaryPrimitives.ReadInt64LittleEndian(end64[48..]);
                before = at64;
            }
        }

        if (length < 0 || length > before)
            return (-1, 0, 0, -1);
        long start = before - length;
        return (start, length, start - offset, count);
    }

    public delegate bool Accept(ReadOnlySpan<byte> four);

    /// <summary>Where the pattern first stands; -1 for nowhere.</summary>
    public static long Find(Stream file, ReadOnlySpan<byte> pattern, long from, long to, CancellationToken token, Accept? accept = null)
    {
        var buffer = new byte[64 * 1024];
        int needed = Math.Max(4, pattern.Length);
        while (to - from >= needed)
        {
            token.ThrowIfCancellationRequested();
            int length = (int)Math.Min(buffer.Length, to - from);
            Span<byte> window = buffer.AsSpan(0, length);
            if (!ZipHeaders.ReadAt(file, from, window))
                return -1;
            for (int at = 0; at <= length - needed; at++)
            {
                int next = window[at..].IndexOf(pattern);
                if (next < 0)
                    break;
                at += next;
                if (at > length - needed)
                    break;
                if (accept is null || accept(window.Slice(at, 4)))
                    return from + at;
            }

            if (length < buffer.Length)
                return -1;
            from += length - (needed - 1);
        }

        return -1;
    }
}
