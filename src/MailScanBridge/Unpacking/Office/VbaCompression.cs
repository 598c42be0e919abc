using System.Buffers.Binary;

namespace MailScanBridge.Unpacking.Office;

/// <summary>The compression of VBA source ([MS-OVBA] 2.4.1), tolerant: a chunk that breaks ends the text, and what came before it is kept.</summary>
internal static class VbaCompression
{
    private const byte Signature = 1;
    private const int ChunkLength = 4096;

    /// <exception cref="InvalidDataException">Not a compressed container at all.</exception>
    public static byte[] Decompress(ReadOnlySpan<byte> container, int max)
    {
        if (container.IsEmpty || container[0] != Signature)
            throw new InvalidDataException("VBA source without its signature");
        using var text = new MemoryStream();
        int at = 1;
        while (at + 2 <= container.Length && text.Length < max)
        {
            int header = BinaryPrimitives.ReadUInt16LittleEndian(container[at..]);
            int size = (header & 0x0FFF) + 3;
            if ((header & 0x7000) != 0x3000)
                break;
            ReadOnlySpan<byte> chunk = container.Slice(at + 2, Math.Min(size - 2, container.Length - at - 2));
            if ((header & 0x8000) == 0)
                text.Write(chunk[..Math.Min(ChunkLength, chunk.Length)]);
            else if (!DecompressChunk(chunk, text))
                break;
            at += size;
        }

        return text.ToArray();
    }

    private static bool DecompressChunk(ReadOnlySpan<byte> chunk, MemoryStream text)
    {
        Span<byte> plain = stackalloc byte[ChunkLength];
        int length = 0, at = 0;
        bool sound = true;
        while (sound && at < chunk.Length)
        {
            int flags = chunk[at++];
            for (int bit = 0; bit < 8 && at < chunk.Length && length < ChunkLength; bit++)
            {
                if ((flags >> bit & 1) == 0)
                {
                    plain[length++] = chunk[at++];
                    continue;
                }

                if (at + 2 > chunk.Length)
                {
                    sound = false;
                    break;
                }

                int token = BinaryPrimitives.ReadUInt16LittleEndian(chunk[at..]);
                at += 2;
                // The split between offset and length depends on how much is decompressed so far (2.4.1.3.19.1).
                int offsetBits = Math.Max(4, 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)Math.Max(0, length - 1)));
                int copy = (token & (0xFFFF >> offsetBits)) + 3;
                int offset = (token >> (16 - offsetBits)) + 1;
                if (offset > length)
                {
                    sound = false;
                    break;
                }

                for (int i = 0; i < copy && length < ChunkLength; i++, length++)
                    plain[length] = plain[length - offset];
            }

            if (length >= ChunkLength)
                break;
        }

        text.Write(plain[..length]);
        return sound;
    }
}
