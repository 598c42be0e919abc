using System.Text;

namespace MailScanBridge.Scanning.Hashes;

/// <summary>Names one after the other in one run of bytes; the same name again, soon after, is stored once. Filled by one thread.</summary>
internal sealed class NameTable
{
    /// <summary>Longer names are cut: they are for people.</summary>
    public const int MaxLength = 255;

    private readonly int[] _recent = new int[64 * 1024];
    private byte[] _bytes = new byte[1024];
    private int _length = 1; // 0 means: no name

    /// <summary>Stores a name; the offset it is found by, 0 where it is empty or the table full (2 GiB).</summary>
    public int Add(ReadOnlySpan<byte> name)
    {
        name = name[..Math.Min(name.Length, MaxLength)];
        if (name.IsEmpty || _length > Array.MaxLength - MaxLength - 1)
        {
            return 0;
        }

        var hash = 2166136261u;
        foreach (var b in name)
        {
            hash = (hash ^ b) * 16777619;
        }

        ref var recent = ref _recent[hash % (uint)_recent.Length];
        if (recent != 0 && Slice(recent).SequenceEqual(name))
        {
            return recent;
        }

        if (_length + name.Length + 1 > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, _bytes.Length * 2L));
        }

        recent = _length;
        _bytes[_length] = (byte)name.Length;
        name.CopyTo(_bytes.AsSpan(_length + 1));
        _length += name.Length + 1;
        return recent;
    }

    /// <summary>Gives back the room that was too much.</summary>
    public void Seal() => Array.Resize(ref _bytes, _length);

    public string Get(int offset) => Encoding.UTF8.GetString(Slice(offset));

    private ReadOnlySpan<byte> Slice(int offset) => _bytes.AsSpan(offset + 1, _bytes[offset]);
}
