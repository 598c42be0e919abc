using System.Buffers.Binary;
using System.Text;

namespace MailScanBridge.Zeek.Transport.Zmtp;

/// <summary>What two peers tell of themselves in a handshake: names (one byte of length) and values (four bytes of length). Only the kind of socket matters here.</summary>
/// <remarks>Source: ZMTP 3.0, https://rfc.zeromq.org/spec/23/, section "Connection Metadata".</remarks>
internal static class ZmtpMetadata
{
    private static ReadOnlySpan<byte> SocketType => "Socket-Type"u8;

    public static byte[] Create(ReadOnlySpan<byte> socketType)
    {
        var bytes = new byte[1 + SocketType.Length + 4 + socketType.Length];
        bytes[0] = (byte)SocketType.Length;
        SocketType.CopyTo(bytes.AsSpan(1));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1 + SocketType.Length), (uint)socketType.Length);
        socketType.CopyTo(bytes.AsSpan(1 + SocketType.Length + 4));
        return bytes;
    }

    /// <summary>Reads the kind of socket; false where it is not there, or the metadata is broken.</summary>
    public static bool TryRead(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> socketType)
    {
        socketType = default;
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
            if (Ascii.EqualsIgnoreCase(name, SocketType))
                socketType = rest[..(int)valueLength];
            rest = rest[(int)valueLength..];
        }

        return !socketType.IsEmpty;
    }
}
