using System.Buffers.Binary;

namespace MailScanBridge.Zeek.Transport.Zmtp;

/// <summary>How far a look at the next frame came.</summary>
internal enum ZmtpLook
{
    /// <summary>The frame is all there.</summary>
    Complete,

    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>No frame begins like this, or it is larger than allowed.</summary>
    Broken,
}

/// <summary>One frame: a flags byte, a length of one or eight bytes, the body.</summary>
/// <remarks>Source: ZMTP 3.0, https://rfc.zeromq.org/spec/23/, section "Framing".</remarks>
internal readonly record struct ZmtpFrame(byte Flags, int HeaderLength, int BodyLength)
{
    private const byte MoreFlag = 1;
    private const byte LongFlag = 2;
    private const byte CommandFlag = 4;

    public bool More => (Flags & MoreFlag) != 0;

    public bool IsCommand => (Flags & CommandFlag) != 0;

    public int Length => HeaderLength + BodyLength;

    /// <summary>Looks at the frame that begins the bytes. The announced length is checked before anyone makes room for it.</summary>
    public static ZmtpLook Look(ReadOnlySpan<byte> bytes, int maxBody, out ZmtpFrame frame)
    {
        frame = default;
        if (bytes.Length < 2)
            return ZmtpLook.Incomplete;
        var flags = bytes[0];
        if (flags > (MoreFlag | LongFlag | CommandFlag) || (flags & (MoreFlag | CommandFlag)) == (MoreFlag | CommandFlag))
            return ZmtpLook.Broken;
        if ((flags & LongFlag) == 0)
        {
            frame = new ZmtpFrame(flags, 2, bytes[1]);
        }
        else
        {
            if (bytes.Length < 9)
                return ZmtpLook.Incomplete;
            var length = BinaryPrimitives.ReadUInt64BigEndian(bytes[1..]);
            if (length > (ulong)maxBody)
                return ZmtpLook.Broken;
            frame = new ZmtpFrame(flags, 9, (int)length);
        }

        if (frame.BodyLength > maxBody)
            return ZmtpLook.Broken;
        return bytes.Length >= frame.Length ? ZmtpLook.Complete : ZmtpLook.Incomplete;
    }

    public ReadOnlySpan<byte> Body(ReadOnlySpan<byte> bytes) => bytes.Slice(HeaderLength, BodyLength);

    /// <summary>How many bytes a frame with such a body takes.</summary>
    public static int SizeOf(int body) => body + (body <= byte.MaxValue ? 2 : 9);

    /// <summary>Writes the head of a frame; returns its length.</summary>
    public static int WriteHead(Span<byte> to, int body, bool more = false, bool command = false)
    {
        var flags = (byte)((more ? MoreFlag : 0) | (command ? CommandFlag : 0));
        if (body <= byte.MaxValue)
        {
            to[0] = flags;
            to[1] = (byte)body;
            return 2;
        }

        to[0] = (byte)(flags | LongFlag);
        BinaryPrimitives.WriteUInt64BigEndian(to[1..], (ulong)body);
        return 9;
    }
}
