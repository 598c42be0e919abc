namespace WireFuzz;

/// <summary>Changes bytes at random, with a liking for what the format is made of: tags, lengths, and pieces of other inputs.</summary>
internal sealed class Mutator(Random random)
{
    private const int MaxLength = 4096;

    public byte[] Mutate(byte[] from, byte[] other)
    {
        var bytes = new List<byte>(from);
        for (var times = 1 << random.Next(4); times > 0; times--)
            MutateOnce(bytes, other);
        if (bytes.Count > MaxLength)
            bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        return [.. bytes];
    }

    private void MutateOnce(List<byte> bytes, byte[] other)
    {
        var at = random.Next(bytes.Count + 1);
        var inside = Math.Min(at, bytes.Count - 1);
        var length = Math.Min(1 + random.Next(16), bytes.Count - inside);
        switch (bytes.Count == 0 ? 5 : random.Next(9))
        {
            case 0:
                bytes[inside] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[inside] = (byte)random.Next(256);
                break;
            case 2:
                bytes[inside] = (byte)random.Next(16);
                break;
            case 3:
                bytes[inside] += (byte)(random.Next(3) - 1);
                break;
            case 4:
                bytes.RemoveRange(inside, length);
                break;
            case 5:
                bytes.InsertRange(at, Piece());
                break;
            case 6:
                bytes.InsertRange(at, bytes.GetRange(inside, length));
                break;
            case 7:
                bytes.RemoveRange(inside, bytes.Count - inside);
                break;
            default:
                var start = random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(start, Math.Min(random.Next(64), other.Length - start)).ToArray());
                break;
        }
    }

    private byte[] Piece() => random.Next(6) switch
    {
        0 => [0xff, 0xff, 0xff, 0xff, 0x0f],
        1 => [0x80, 0x80, 0x80, 0x80, 0x10],
        2 => [(byte)random.Next(15), (byte)random.Next(5)],
        3 => [0x0e, 0x01],
        4 => [0x04, 0x7f, 0xf0, 0, 0, 0, 0, 0, (byte)random.Next(2)],
        _ => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1, (byte)random.Next(130)],
    };
}
