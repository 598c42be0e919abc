using System.Buffers.Binary;
using System.Net;

namespace MailScanBridge.Samples.MailPcap.Capture;

/// <summary>One end of a connection.</summary>
internal sealed class TcpPeer(IPAddress address, ushort port, uint firstSequence, byte[] hardware)
{
    public byte[] Address { get; } = address.GetAddressBytes();

    public ushort Port { get; } = port;

    public byte[] Hardware { get; } = hardware;

    /// <summary>The next byte's sequence number.</summary>
    public uint Sequence { get; set; } = firstSequence;

    /// <summary>Identification of the next IP packet.</summary>
    public ushort PacketId { get; set; } = (ushort)firstSequence;
}

/// <summary>
/// A TCP connection over IPv4 as a monitor sees it: handshake, segments of at most one MSS, an acknowledgement for each,
/// an orderly end; checksums are right. Each packet comes a round trip or a small gap after the one before.
/// </summary>
internal sealed class TcpConversation(PcapFile pcap, TcpPeer client, TcpPeer server, long start)
{
    private const int SegmentSize = 1460;
    private const int RoundTrip = 8_000; // microseconds
    private const int Spacing = 120; // microseconds between packets of one flight
    private const ushort ReceiveWindow = 64_240;

    private const byte Fin = 0x01, Syn = 0x02, Push = 0x08, Ack = 0x10;

    /// <summary>Time of the next packet, in microseconds since the epoch.</summary>
    public long Now { get; private set; } = start;

    public void Open()
    {
        Send(client, server, Syn, []);
        client.Sequence++;
        Now += RoundTrip;
        Send(server, client, Syn | Ack, []);
        server.Sequence++;
        Now += RoundTrip;
        Send(client, server, Ack, []);
        Now += Spacing;
    }

    public void FromClient(ReadOnlySpan<byte> data) => Transfer(client, server, data);

    public void FromServer(ReadOnlySpan<byte> data)
    {
        Now += RoundTrip;
        Transfer(server, client, data);
    }

    /// <summary>The client sends this much, the server acknowledges it, and the monitor sees none of it.</summary>
    public void LoseFromClient(int bytes)
    {
        client.Sequence += (uint)bytes;
        Now += RoundTrip;
        Send(server, client, Ack, []);
        Now += Spacing;
    }

    public void Close()
    {
        Now += RoundTrip;
        Send(client, server, Fin | Ack, []);
        client.Sequence++;
        Now += RoundTrip;
        Send(server, client, Fin | Ack, []);
        server.Sequence++;
        Now += RoundTrip;
        Send(client, server, Ack, []);
    }

    private void Transfer(TcpPeer from, TcpPeer to, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> segment = data[..Math.Min(SegmentSize, data.Length)];
            data = data[segment.Length..];
            Send(from, to, (byte)(Ack | (data.IsEmpty ? Push : 0)), segment);
            from.Sequence += (uint)segment.Length;
            Now += Spacing;
            Send(to, from, Ack, []);
            Now += Spacing;
        }
    }

    private void Send(TcpPeer from, TcpPeer to, byte flags, ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> options = (flags & Syn) != 0 ? [2, 4, SegmentSize >> 8, SegmentSize & 0xFF] : [];
        int tcpLength = 20 + options.Length + payload.Length;
        var packet = new byte[14 + 20 + tcpLength];

        Span<byte> ethernet = packet;
        to.Hardware.CopyTo(ethernet);
        from.Hardware.CopyTo(ethernet[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(ethernet[12..], 0x0800);

        Span<byte> ip = packet.AsSpan(14, 20);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(20 + tcpLength));
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], from.PacketId++);
        ip[6] = 0x40; // do not fragment
        ip[8] = 64;
        ip[9] = 6; // TCP
        from.Address.CopyTo(ip[12..]);
        to.Address.CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(0, ip));

        Span<byte> tcp = packet.AsSpan(34);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], from.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], (flags & Ack) != 0 ? to.Sequence : 0);
        tcp[12] = (byte)((20 + options.Length) / 4 << 4);
        tcp[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], ReceiveWindow);
        options.CopyTo(tcp[20..]);
        payload.CopyTo(tcp[(20 + options.Length)..]);
        // Pseudo header (RFC 9293 3.1): both addresses, protocol, length.
        uint pseudo = Sum(Sum((uint)(6 + tcpLength), from.Address), to.Address);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Checksum(pseudo, tcp));

        pcap.Write(Now, packet);
    }

    private static ushort Checksum(uint start, ReadOnlySpan<byte> data)
    {
        uint sum = Sum(start, data);
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }

    private static uint Sum(uint sum, ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < data.Length; i += 2)
            sum += (uint)(data[i] << 8 | (i + 1 < data.Length ? data[i + 1] : 0));
        return sum;
    }
}
