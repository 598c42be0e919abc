using System.Buffers.Binary;

namespace MailScanBridge.Samples.MailPcap.Capture;

/// <summary>Writes a capture file (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html): little-endian, microseconds, Ethernet.</summary>
internal sealed class PcapFile
{
    private const int Ethernet = 1;
    private const int SnapshotLength = 262_144;

    private readonly Stream _target;

    public PcapFile(Stream target)
    {
        _target = target;
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], SnapshotLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], Ethernet);
        _target.Write(header);
    }

    /// <param name="time">Microseconds since the epoch.</param>
    /// <param name="packet">The frame.</param>
    public void Write(long time, ReadOnlySpan<byte> packet)
    {
        Span<byte> header = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(time / 1_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(time % 1_000_000));
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], packet.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], packet.Length);
        _target.Write(header);
        _target.Write(packet);
    }
}
