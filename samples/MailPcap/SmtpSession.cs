using System.Text;
using MailScanBridge.Samples.MailPcap.Capture;

namespace MailScanBridge.Samples.MailPcap;

/// <summary>The words of one SMTP connection (RFC 5321).</summary>
internal sealed class SmtpSession(TcpConversation tcp, string clientName)
{
    private const string Sender = "alice@sender.example";
    private const string Recipient = "bob@recipient.example";

    // What a lost end loses, in bytes: a few segments.
    private const int LostBytes = 4380;

    /// <summary>Sends the mails; returns the time at which the connection is over.</summary>
    public long Run(IReadOnlyList<CapturedMail> mails, bool pipelined)
    {
        tcp.Open();
        Server("220 mail.recipient.example ESMTP ready");
        Client($"EHLO {clientName}");
        Server($"250-mail.recipient.example greets {clientName}", "250-PIPELINING", "250-8BITMIME", "250 SIZE 52428800");
        foreach (CapturedMail mail in mails)
        {
            Envelope(pipelined);
            tcp.FromClient(DotStuffed(mail.Content));
            if (mail.End == MailEnd.Cut)
                return tcp.Now;
            if (mail.End == MailEnd.Lost)
                tcp.LoseFromClient(LostBytes);
            Client(".");
            Server("250 2.0.0 accepted");
        }

        Client("QUIT");
        Server("221 2.0.0 bye");
        tcp.Close();
        return tcp.Now;
    }

    private void Envelope(bool pipelined)
    {
        string from = $"MAIL FROM:<{Sender}>", to = $"RCPT TO:<{Recipient}>";
        if (pipelined)
        {
            Client(from, to, "DATA");
            Server("250 2.1.0 sender ok", "250 2.1.5 recipient ok", "354 end with a single dot");
            return;
        }

        Client(from);
        Server("250 2.1.0 sender ok");
        Client(to);
        Server("250 2.1.5 recipient ok");
        Client("DATA");
        Server("354 end with a single dot");
    }

    private void Client(params string[] lines) => tcp.FromClient(Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n"));

    private void Server(params string[] lines) => tcp.FromServer(Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n"));

    /// <summary>A mail as DATA carries it: lines end in CR LF, a dot at the start of a line is doubled (RFC 5321 4.5.2), the last line is ended.</summary>
    private static byte[] DotStuffed(byte[] mail)
    {
        using var wire = new MemoryStream(mail.Length + 64);
        bool lineStart = true;
        byte before = 0;
        foreach (byte b in mail)
        {
            if (lineStart && b == '.')
                wire.WriteByte((byte)'.');
            if (b == '\n' && before != '\r')
                wire.WriteByte((byte)'\r');
            wire.WriteByte(b);
            lineStart = b == '\n';
            before = b;
        }

        if (!lineStart)
            wire.Write("\r\n"u8);
        return wire.ToArray();
    }
}
