using System.Globalization;
using System.Net;
using MailScanBridge.Samples.MailPcap.Capture;

namespace MailScanBridge.Samples.MailPcap;

/// <summary>Lays mails out as SMTP connections. Nothing in it is random: the same mails make the same capture.</summary>
internal static class MailCapture
{
    // 2026-03-02 09:00:00 UTC, a Monday.
    private const long FirstConnection = 1_772_442_000L * 1_000_000;

    // From one connection's end to the next one's start, in microseconds.
    private const long Pause = 150_000;

    // RFC 2544 sets 198.18.0.0/15 aside for measurements: room for 131,070 clients. The server is of RFC 5737.
    private const uint FirstClient = 0xC612_0001;
    private const uint Clients = 131_070;
    private static readonly IPAddress s_server = new([203, 0, 113, 25]);

    public static void Write(Stream target, CaptureOptions options)
    {
        var pcap = new PcapFile(target);
        long time = FirstConnection;
        uint connection = 0;
        for (int round = 0; round < options.Repeat; round++)
        {
            IEnumerable<IReadOnlyList<CapturedMail>> connections = options.Pipelined ? [options.Mails] : options.Mails.Select(m => new[] { m });
            foreach (IReadOnlyList<CapturedMail> mails in connections)
            {
                time = new SmtpSession(Connect(pcap, connection, time), ClientName(connection)).Run(mails, options.Pipelined) + Pause;
                connection++;
            }
        }
    }

    private static TcpConversation Connect(PcapFile pcap, uint connection, long time)
    {
        uint address = FirstClient + connection % Clients;
        var port = (ushort)(32_768 + connection % 28_000);
        // Spread without chance: a multiplicative hash of the connection's number.
        uint sequence = (connection + 1) * 2_654_435_761;
        var client = new TcpPeer(
            new IPAddress([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]), port, sequence, [2, 0, 0, 0, 0, 1]);
        var server = new TcpPeer(s_server, 25, ~sequence, [2, 0, 0, 0, 0, 2]);
        return new TcpConversation(pcap, client, server, time);
    }

    private static string ClientName(uint connection) => string.Create(CultureInfo.InvariantCulture, $"mx{connection + 1}.sender.example");
}
