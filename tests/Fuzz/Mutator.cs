using System.Buffers.Binary;

namespace Fuzz;

/// <summary>Changes bytes at random, with a liking for what the format is made of: its tokens, lengths, and pieces of other inputs.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> tokens, int maxLength)
{
    private static readonly uint[] s_numbers = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffa, 0xfffffffe, 0xffffffff];
    private readonly List<byte> _bytes = [];

    public byte[] Mutate(byte[] from, byte[] other)
    {
        _bytes.Clear();
        _bytes.AddRange(from);
        for (var times = 1 << random.Next(4); times > 0; times--)
            MutateOnce(other);
        if (_bytes.Count > maxLength)
            _bytes.RemoveRange(maxLength, _bytes.Count - maxLength);
        return [.. _bytes];
    }

    private void MutateOnce(byte[] other)
    {
        var at = random.Next(_bytes.Count + 1);
        var inside = Math.Min(at, _bytes.Count - 1);
        var length = Math.Min(1 + random.Next(16), _bytes.Count - inside);
        switch (_bytes.Count == 0 ? 5 : random.Next(12))
        {
            case 0:
                _bytes[inside] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                _bytes[inside] = (byte)random.Next(256);
                break;
            case 2:
                _bytes[inside] = (byte)random.Next(16);
                break;
            case 3:
                _bytes[inside] += (byte)(random.Next(3) - 1);
                break;
            case 4:
                _bytes.RemoveRange(inside, length);
                break;
            case 5:
                _bytes.InsertRange(at, Piece());
                break;
            case 6:
                _bytes.InsertRange(at, _bytes.GetRange(inside, length));
                break;
            case 7:
                _bytes.RemoveRange(inside, _bytes.Count - inside);
                break;
            case 8:
                Overwrite(inside, Piece());
                break;
            case 9:
                Overwrite(inside, Number());
                break;
            case 10:
                var from = random.Next(other.Length + 1);
                Overwrite(inside, other.AsSpan(from, Math.Min(random.Next(64), other.Length - from)));
                break;
            default:
                var start = random.Next(other.Length + 1);
                _bytes.InsertRange(at, other.AsSpan(start, Math.Min(random.Next(64), other.Length - start)));
                break;
        }
    }

    private void Overwrite(int at, ReadOnlySpan<byte> piece)
    {
        for (var i = 0; i < piece.Length && at + i < _bytes.Count; i++)
            _bytes[at + i] = piece[i];
    }

    private byte[] Piece() => tokens.Count > 0 && random.Next(4) > 0 ? tokens[random.Next(tokens.Count)] : Number();

    private byte[] Number()
    {
        var value = random.Next(2) == 0 ? s_numbers[random.Next(s_numbers.Length)] : (uint)random.Next(64);
        var number = new byte[random.Next(3) switch { 0 => 1, 1 => 2, _ => 4 }];
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(four, value);
        four[..number.Length].CopyTo(number);
        return number;
    }
}
