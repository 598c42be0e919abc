namespace MailScanBridge.Zeek.Transport.Zmtp;

/// <summary>
/// The first 64 bytes of a ZMTP connection: signature (10), version (2), mechanism (20), as-server (1), filler (31).
/// </summary>
/// <remarks>Source: ZMTP 3.0, https://rfc.zeromq.org/spec/23/, section "Greeting".</remarks>
internal static class ZmtpGreeting
{
    public const byte FirstByte = 0xff;
    public const int Length = 64;
    public const int SignatureLength = 10;
    public const int VersionAt = 10;
    public const int MechanismAt = 12;
    public const int MechanismLength = 20;

    /// <summary>A greeting of version 3.0, which makes libzmq send subscriptions as messages and not as commands of 3.1.</summary>
    public static byte[] Create(ReadOnlySpan<byte> mechanism)
    {
        var greeting = new byte[Length];
        greeting[0] = FirstByte;
        greeting[9] = 0x7f;
        greeting[VersionAt] = 3;
        mechanism.CopyTo(greeting.AsSpan(MechanismAt));
        return greeting;
    }

    /// <summary>Tells whether these are the first bytes of a peer that speaks version 2 or later: version 1 begins with a length.</summary>
    public static bool IsSignature(ReadOnlySpan<byte> bytes) => bytes[0] == FirstByte && (bytes[9] & 1) != 0;

    public static bool IsMechanism(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> mechanism) =>
        bytes.StartsWith(mechanism) && !bytes[mechanism.Length..].ContainsAnyExcept((byte)0);
}
