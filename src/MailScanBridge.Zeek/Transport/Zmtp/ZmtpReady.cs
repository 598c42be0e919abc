using System.Buffers.Binary;

namespace MailScanBridge.Zeek.Transport.Zmtp;

/// <summary>The command with which both sides of a NULL handshake say what kind of socket they are.</summary>
/// <remarks>Source: ZMTP 3.0, https://rfc.zeromq.org/spec/23/, sections "The NULL Security Mechanism" and "Connection Metadata".</remarks>
internal static class ZmtpReady
{
    private static ReadOnlySpan<byte> Name => "\u0005READY"u8;

    private static ReadOnlySpan<byte> SocketType => "Socket-Type"u8;

    public static byte[] Create(ReadOnlySpan<byte> socketType)
    {
        var body = Name.Length + 1 + SocketType.Length + 4 + socketType.Length;
        var frame = new byte[ZmtpFrame.SizeOf(body)];
        var at = ZmtpFrame.WriteHead(frame, body, command: true);
        Name.CopyTo(frame.AsSpan(at));
        at += Name.Length;
        frame[at++] = (byte)SocketType.Length;
        SocketType.CopyTo(frame.AsSpan(at));
        at += SocketType.Length;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(at), (uint)socketType.Length);
        socketType.CopyTo(frame.AsSpan(at + 4));
        return frame;
    }

    /// <summary>Reads the kind of socket from the body of a READY command; false where it is none, or is broken.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> socketType)
    {
        socketType = default;
        if (!body.StartsWith(Name))
            return false;
        var rest = body[Name.Length..];
        while (rest.Length > 0)
        {
            int nameLength = rest[0];
            if (rest.Length < 1 + nameLength + 4)
                return false;
            var name = rest.Slice(1, nameLength);
            var valueLength = BinaryPrimitives.ReadUInt32BigEndian(rest[(1 + nameLength)..]);
            rest = rest[(1 + nameLength + 4)..];
            if (valueLength > (uint)rest.Length)
                return false;

            // Names are compared without regard to case.
            if (System.Text.Ascii.EqualsIgnoreCase(name, SocketType))
                socketType = rest[..(int)valueLength];
            rest = rest[(int)valueLength..];
        }

        return !socketType.IsEmpty;
    }
}
