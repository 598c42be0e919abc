namespace MailScanBridge.Unpacking.Containers;

/// <summary>One member of a zip: where its data is, and what the headers claim of it.</summary>
internal sealed record ZipMember
{
    /// <summary>Hostile.</summary>
    public required string Name { get; init; }

    public required ushort Flags { get; init; }

    /// <summary>Compression method (APPNOTE 4.4.5).</summary>
    public required ushort Method { get; init; }

    public required uint Crc { get; init; }

    /// <summary>Time of day as DOS writes it; part of it checks passwords.</summary>
    public ushort Time { get; init; }

    /// <summary>1, 2, 3 for WinZip's AES with 128, 192, 256 bits; 0 where it is not used.</summary>
    public int AesStrength { get; init; }

    /// <summary>The compression method below WinZip's AES.</summary>
    public ushort AesMethod { get; init; }

    /// <summary>Bytes of compressed data; to the next header where no header says.</summary>
    public required long CompressedSize { get; init; }

    /// <summary>Bytes of content; null where no header says.</summary>
    public required long? Size { get; init; }

    public required long HeaderOffset { get; init; }

    public required long DataOffset { get; init; }

    /// <summary>Sizes and CRC stand behind the data (APPNOTE 4.3.9): the local header holds zeros.</summary>
    public bool HasDescriptor => (Flags & 8) != 0;

    public bool IsEncrypted => (Flags & 1) != 0;

    public bool IsDirectory => CompressedSize == 0 && Name.EndsWith('/');

    public long End => DataOffset + CompressedSize;
}
