using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Unpacking.Office;

/// <summary>
/// Finds the source of the macros in a compound file. Where a module's source starts is said by the project's dir stream
/// ([MS-OVBA] 2.3.4.2); where that is broken or lies, each stream beside it is searched for what every module starts with.
/// </summary>
internal static class VbaModules
{
    private const int MaxStream = 16 * 1024 * 1024;

    // Source begins with "Attribute VB_Name": as the first token group of the first compressed chunk, flags byte included.
    private static readonly byte[] s_opening = [0, .. "Attribut"u8];

    /// <summary>Name and source of each module; the source is raw bytes in the project's code page.</summary>
    public static IEnumerable<(string Name, byte[] Source)> Read(CompoundFile file)
    {
        foreach (CompoundEntry dir in file.Entries.Where(e => e.IsStream && e.Name.Equals("dir", StringComparison.OrdinalIgnoreCase)))
        {
            string storage = dir.Path[..^dir.Name.Length];
            Dictionary<string, int> offsets = Offsets(file, dir);
            foreach (CompoundEntry stream in file.Entries.Where(e => e.IsStream && e != dir && e.Path.Length > storage.Length
                && e.Path.StartsWith(storage, StringComparison.OrdinalIgnoreCase) && !e.Path.AsSpan(storage.Length).Contains('/')))
            {
                byte[] content = file.Read(stream, MaxStream);
                if (Source(content, offsets.TryGetValue(stream.Name, out int offset) ? offset : null) is { Length: > 0 } source)
                    yield return (stream.Name, source);
            }
        }
    }

    private static byte[]? Source(byte[] stream, int? offset)
    {
        if (offset is { } at && at < stream.Length && stream[at] == 1)
            return VbaCompression.Decompress(stream.AsSpan(at), MaxStream);
        int found = stream.AsSpan().IndexOf(s_opening);
        return found >= 3 && stream[found - 3] == 1 ? VbaCompression.Decompress(stream.AsSpan(found - 3), MaxStream) : null;
    }

    private static Dictionary<string, int> Offsets(CompoundFile file, CompoundEntry dir)
    {
        const int StreamName = 0x1A, StreamNameUnicode = 0x32, Offset = 0x31, Version = 0x09;
        var offsets = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        byte[] records;
        try
        {
            records = VbaCompression.Decompress(file.Read(dir, MaxStream), MaxStream);
        }
        catch (InvalidDataException)
        {
            return offsets; // the streams are searched instead
        }

        string name = "";
        ReadOnlySpan<byte> rest = records;
        while (rest.Length >= 6)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(rest[2..]);
            if (id == Version)
                size = 6; // says 4 and means the major version alone
            rest = rest[6..];
            if (size > rest.Length)
                break;
            ReadOnlySpan<byte> data = rest[..(int)size];
            rest = rest[(int)size..];
            if (id == StreamName)
                name = Encoding.Latin1.GetString(data);
            else if (id == StreamNameUnicode)
                name = Encoding.Unicode.GetString(data);
            else if (id == Offset && size == 4)
                offsets[name] = (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32LittleEndian(data));
        }

        return offsets;
    }
}
