using System.Buffers.Binary;
using System.IO.Compression;

namespace MailScanBridge.Unpacking.Containers;

/// <summary>The content of one cabinet folder, block after block ([MS-CAB] 2.4; [MS-MCI] for MSZIP).</summary>
internal sealed class CabinetFolderStream(Stream file, long start, int blocks, int reserve, bool mszip, CancellationToken token) : ForwardStream
{
    private const int BlockLength = 32 * 1024;

    private byte[] _block = [];
    private int _position;
    private int _left = blocks;
    private long _next = start;

    public override int Read(Span<byte> buffer)
    {
        while (_position == _block.Length)
        {
            token.ThrowIfCancellationRequested();
            if (_left-- <= 0)
                return 0;
            NextBlock();
        }

        int count = Math.Min(buffer.Length, _block.Length - _position);
        _block.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    private void NextBlock()
    {
        var header = new byte[8];
        if (!ZipHeaders.ReadAt(file, _next, header))
            throw new InvalidDataException("cabinet block cut short");
        int packed = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(4)), length = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(6));
        var data = new byte[packed];
        if (length > BlockLength || !ZipHeaders.ReadAt(file, _next + header.Length + reserve, data))
            throw new InvalidDataException("cabinet block cut short");
        _next += header.Length + reserve + packed;
        _block = mszip ? Inflate(data, length) : data;
        _position = 0;
    }

    // Each block is a deflate stream that may copy from the block before it. .NET's decoder takes no such history, so it is
    // handed in as a stored deflate block in front, and dropped again from what comes out.
    private byte[] Inflate(byte[] data, int length)
    {
        if (data.Length < 2 || data[0] != 'C' || data[1] != 'K')
            throw new InvalidDataException("MSZIP block without its signature");
        byte[] history = _block;
        byte[] stored = [0, (byte)history.Length, (byte)(history.Length >> 8), (byte)~history.Length, (byte)(~history.Length >> 8)];
        byte[] input = [.. history.Length > 0 ? stored : [], .. history, .. data.AsSpan(2)];
        using var inflate = new DeflateStream(new MemoryStream(input), CompressionMode.Decompress);
        var output = new byte[history.Length + length];
        inflate.ReadExactly(output);
        return output[history.Length..];
    }
}
