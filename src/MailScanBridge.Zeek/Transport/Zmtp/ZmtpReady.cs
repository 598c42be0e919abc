namespace MailScanBridge.Zeek.Transport.Zmtp;

/// <summary>The command with which both sides of a NULL handshake say what kind of socket they are.</summary>
/// <remarks>Source: ZMTP 3.0, https://rfc.zeromq.org/spec/23/, section "The NULL Security Mechanism".</remarks>
internal static class ZmtpReady
{
    private static ReadOnlySpan<byte> Name => "\u0005READY"u8;

    public static byte[] Create(ReadOnlySpan<byte> socketType)
    {
        var metadata = ZmtpMetadata.Create(socketType);
        var body = Name.Length + metadata.Length;
        var frame = new byte[ZmtpFrame.SizeOf(body)];
        var at = ZmtpFrame.WriteHead(frame, body, command: true);
        Name.CopyTo(frame.AsSpan(at));
        metadata.CopyTo(frame.AsSpan(at + Name.Length));
        return frame;
    }

    /// <summary>Reads the kind of socket from the body of a READY command; false where it is none, or is broken.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> socketType)
    {
        socketType = default;
        return body.StartsWith(Name) && ZmtpMetadata.TryRead(body[Name.Length..], out socketType);
    }
}
