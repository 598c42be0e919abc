using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>A trace of one HTTP connection, in the format of tcpdump, without check sums (Zeek: <c>-C</c>).</summary>
internal static class HttpTrace
{
    private const byte Fin = 1, Syn = 2, Ack = 16;

    /// <summary>Requests one after another, each answered with an empty page.</summary>
    public static byte[] Of(IEnumerable<(string Host, string Uri)> requests)
    {
        using var file = new MemoryStream();
        Span<byte> head = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xa1b2c3d4);
        head[4] = 2;
        head[6] = 4;
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], 65_535);
        head[20] = 1; // Ethernet
        file.Write(head);

        // Of just now, or what Zeek keeps for five seconds would be over when the trace ends and the clock begins.
        var time = DateTimeOffset.UtcNow;
        uint client = 1, server = 1;
        Packet(true, Syn, "");
        client++;
        Packet(false, Syn | Ack, "");
        server++;
        Packet(true, Ack, "");
        foreach (var (host, uri) in requests)
        {
            Packet(true, Ack, string.Create(CultureInfo.InvariantCulture, $"GET {uri} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: test\r\n\r\n"));
            Packet(false, Ack, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }

        Packet(true, Fin | Ack, "");
        client++;
        Packet(false, Fin | Ack, "");
        server++;
        Packet(true, Ack, "");
        return file.ToArray();

        void Packet(bool fromClient, int flags, string text)
        {
            time = time.AddMilliseconds(1);
            var frame = new byte[54 + text.Length];
            frame[12] = 8; // IPv4
            var ip = frame.AsSpan(14);
            ip[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(40 + text.Length));
            ip[8] = 64;
            ip[9] = 6; // TCP
            ReadOnlySpan<byte> one = [192, 0, 2, 1], two = [198, 51, 100, 2];
            (fromClient ? one : two).CopyTo(ip[12..]);
            (fromClient ? two : one).CopyTo(ip[16..]);
            var tcp = frame.AsSpan(34);
            BinaryPrimitives.WriteUInt16BigEndian(tcp, fromClient ? (ushort)40_000 : (ushort)80);
            BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], fromClient ? (ushort)80 : (ushort)40_000);
            BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], fromClient ? client : server);
            BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], (flags & Ack) == 0 ? 0 : fromClient ? server : client);
            tcp[12] = 0x50;
            tcp[13] = (byte)flags;
            BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 65_000);
            Encoding.ASCII.GetBytes(text, tcp[20..]);
            if (fromClient)
                client += (uint)text.Length;
            else
                server += (uint)text.Length;

            Span<byte> record = stackalloc byte[16];
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)time.ToUnixTimeSeconds());
            BinaryPrimitives.WriteInt32LittleEndian(record[4..], (time.Millisecond * 1000) + time.Microsecond);
            BinaryPrimitives.WriteInt32LittleEndian(record[8..], frame.Length);
            BinaryPrimitives.WriteInt32LittleEndian(record[12..], frame.Length);
            file.Write(record);
            file.Write(frame);
        }
    }
}
