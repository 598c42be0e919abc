using System.Buffers.Binary;
using System.Text;
using MailScanBridge.Samples.MailPcap;
using Xunit;

namespace MailScanBridge.Tests.Samples;

public class CaptureTests
{
    private static readonly byte[] s_mail = "From: a@b.example\r\nSubject: x\r\n\r\n.dot\r\nend\r\n"u8.ToArray();

    private sealed record Packet(long Time, byte[] Frame)
    {
        public ReadOnlySpan<byte> Ip => Frame.AsSpan(14, 20);

        public ReadOnlySpan<byte> Tcp => Frame.AsSpan(34);

        public byte Flags => Tcp[13];

        public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(Tcp[4..]);

        public int SourcePort => BinaryPrimitives.ReadUInt16BigEndian(Tcp);

        public ReadOnlySpan<byte> Payload => Tcp[((Tcp[12] >> 4) * 4)..];
    }

    private static List<Packet> Capture(CaptureOptions options)
    {
        using var file = new MemoryStream();
        MailCapture.Write(file, options);
        byte[] bytes = file.ToArray();
        var packets = new List<Packet>();
        for (int at = 24; at < bytes.Length;)
        {
            long time = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) * 1_000_000L + BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4));
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 8));
            packets.Add(new Packet(time, bytes[(at + 16)..(at + 16 + length)]));
            at += 16 + length;
        }

        return packets;
    }

    private static CaptureOptions Options(params CapturedMail[] mails) => new() { Mails = mails };

    private static string FromClients(IEnumerable<Packet> packets) =>
        string.Concat(packets.Where(p => p.SourcePort != 25).Select(p => Encoding.Latin1.GetString(p.Payload)));

    [Fact]
    public void Checksums_are_right_and_time_never_runs_back()
    {
        List<Packet> packets = Capture(Options(new CapturedMail(new byte[5001], MailEnd.Whole), new CapturedMail(s_mail, MailEnd.Lost)));
        Assert.All(packets, p =>
        {
            Assert.Equal(0xFFFF, Sum(p.Ip, 0));
            uint pseudo = (uint)(6 + p.Tcp.Length);
            Assert.Equal(0xFFFF, Sum(p.Tcp, pseudo + Words(p.Ip[12..])));
        });
        Assert.Equal(packets.Select(p => p.Time).Order(), packets.Select(p => p.Time));
    }

    [Fact]
    public void A_connection_opens_talks_and_ends_in_the_right_order()
    {
        List<Packet> packets = Capture(Options(new CapturedMail(s_mail, MailEnd.Whole)));
        Assert.Equal([0x02, 0x12, 0x10], packets.Take(3).Select(p => (int)p.Flags));
        Assert.Equal([0x11, 0x11, 0x10], packets.TakeLast(3).Select(p => (int)p.Flags));
        string said = FromClients(packets);
        Assert.Matches("^EHLO [^\r]+\r\nMAIL FROM:<[^>]+>\r\nRCPT TO:<[^>]+>\r\nDATA\r\n", said);
        Assert.EndsWith("\r\n\r\n..dot\r\nend\r\n.\r\nQUIT\r\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Sequence_numbers_follow_the_bytes_sent()
    {
        List<Packet> client = [.. Capture(Options(new CapturedMail(new byte[9000], MailEnd.Whole))).Where(p => p.SourcePort != 25)];
        uint next = client[0].Sequence + 1;
        foreach (Packet packet in client.Skip(1))
        {
            Assert.Equal(next, packet.Sequence);
            next += (uint)packet.Payload.Length + ((packet.Flags & 1) != 0 ? 1u : 0);
        }
    }

    [Fact]
    public void A_lost_end_is_a_gap_in_the_sequence_and_a_cut_end_is_silence()
    {
        List<Packet> lost = [.. Capture(Options(new CapturedMail(s_mail, MailEnd.Lost))).Where(p => p.SourcePort != 25 && p.Payload.Length > 0)];
        Assert.Contains(lost.Zip(lost.Skip(1)), pair => pair.Second.Sequence > pair.First.Sequence + pair.First.Payload.Length);
        string cut = FromClients(Capture(Options(new CapturedMail(s_mail, MailEnd.Cut))));
        Assert.EndsWith("end\r\n", cut, StringComparison.Ordinal);
    }

    [Fact]
    public void Repeated_mails_come_from_other_clients_each_time()
    {
        List<Packet> packets = Capture(Options(new CapturedMail(s_mail, MailEnd.Whole)) with { Repeat = 50 });
        Assert.Equal(50, packets.Where(p => p.Flags == 2).Select(p => Convert.ToHexString(p.Ip[12..16])).Distinct().Count());
    }

    [Fact]
    public void Pipelined_mails_share_a_connection()
    {
        var mail = new CapturedMail(s_mail, MailEnd.Whole);
        List<Packet> packets = Capture(Options(mail, mail, mail) with { Pipelined = true });
        Assert.Single(packets, p => p.Flags == 2);
        Assert.Equal(3, packets.Count(p => Encoding.Latin1.GetString(p.Payload).EndsWith("\r\nDATA\r\n", StringComparison.Ordinal)));
    }

    [Fact]
    public void Wrong_options_are_named()
    {
        Assert.Null(CaptureOptions.Parse(["--repeat", "many", "x"], out string fault));
        Assert.Contains("--repeat", fault, StringComparison.Ordinal);
        Assert.Null(CaptureOptions.Parse([], out fault));
        Assert.Contains("no mail", fault, StringComparison.Ordinal);
    }

    private static uint Words(ReadOnlySpan<byte> data)
    {
        uint sum = 0;
        for (int i = 0; i < data.Length; i += 2)
            sum += (uint)(data[i] << 8 | (i + 1 < data.Length ? data[i + 1] : 0));
        return sum;
    }

    private static int Sum(ReadOnlySpan<byte> data, uint start)
    {
        uint sum = start + Words(data);
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (int)sum;
    }
}
