using System.Buffers.Binary;
using System.Security.Cryptography;
using MailScanBridge.Zeek.Transport.Zmtp;
using NaCl;

namespace MailScanBridge.Zeek.Transport.Curve;

/// <summary>How far a CURVE handshake came with a command of the hub's.</summary>
internal enum CurveStep
{
    /// <summary>There is a command to send back.</summary>
    Answer,

    /// <summary>The hub has proven who it is and knows who this is.</summary>
    Done,

    /// <summary>The hub is not what it should be, or says no; there is a reason.</summary>
    Refused,
}

/// <summary>
/// The client's side of CURVE for one connection: the handshake, in which the hub proves that it has the secret key of the one public key that is trusted, and the box in which every frame
/// travels after it. A hub that does not speak CURVE gets no further than its first command.
/// </summary>
/// <remarks>
/// Source: CurveZMQ, https://rfc.zeromq.org/spec/26/; frames are marked as libzmq 4.3 marks them (a MESSAGE is no command to the framing below it). Thread safety: none.
/// </remarks>
internal sealed class CurveSession : IDisposable
{
    /// <summary>How many bytes longer a frame is in its box: "MESSAGE" and a number (16), the tag (16), the flags (1).</summary>
    public const int Overhead = 33;

    private const int KeyLength = 32;
    private const int TagLength = XSalsa20Poly1305.TagLength;
    private const int CookieLength = 96;
    private const int WelcomeLength = 168;
    private const byte MoreFlag = 1;
    private const byte CommandFlag = 2;

    private readonly byte[] _clientSecret;
    private readonly byte[] _clientPublic;
    private readonly byte[] _serverPublic;
    private readonly byte[] _metadata;
    private readonly byte[] _shortSecret = new byte[KeyLength];
    private readonly byte[] _shortPublic = new byte[KeyLength];
    private Curve25519XSalsa20Poly1305? _box;
    private byte[] _scratch = new byte[1024];
    private bool _initiated;
    private ulong _nonce;
    private ulong _peerNonce;

    public CurveSession(ZeekCurveKeys keys, ReadOnlySpan<byte> socketType)
    {
        _clientSecret = ZeekCurveKeys.Decode(keys.ClientSecretKey);
        _clientPublic = ZeekCurveKeys.Decode(keys.ClientPublicKey);
        _serverPublic = ZeekCurveKeys.Decode(keys.ServerPublicKey);
        _metadata = ZmtpMetadata.Create(socketType);
        Curve25519XSalsa20Poly1305.KeyPair(_shortSecret, _shortPublic);
    }

    /// <summary>Why the hub was refused.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The kind of the hub's socket, once it is known.</summary>
    public byte[] PeerSocketType { get; private set; } = [];

    /// <summary>The first command, which shows nothing but a key made for this connection.</summary>
    public byte[] Hello()
    {
        var hello = new byte[200];
        "\u0005HELLO\u0001\0"u8.CopyTo(hello);

        // Zeros in between, so that whoever asks in another's name gets less back than it sends.
        _shortPublic.CopyTo(hello.AsSpan(80));
        BinaryPrimitives.WriteUInt64BigEndian(hello.AsSpan(112), ++_nonce);
        using var box = new Curve25519XSalsa20Poly1305(_shortSecret, _serverPublic);
        box.Encrypt(hello.AsSpan(120), stackalloc byte[64], Nonce(stackalloc byte[24], "CurveZMQHELLO---"u8, hello.AsSpan(112, 8)));
        return hello;
    }

    /// <summary>Takes the hub's next command of the handshake.</summary>
    /// <param name="command">The command.</param>
    /// <param name="answer">What to send back, where there is something.</param>
    public CurveStep Take(ReadOnlySpan<byte> command, out byte[] answer)
    {
        answer = [];
        if (command.StartsWith("\u0005ERROR"u8))
            return Refuse("it refuses the client's keys" + ErrorText(command[6..]));
        if (_box is null)
        {
            if (command.Length != WelcomeLength || !command.StartsWith("\u0007WELCOME"u8))
                return Refuse("it does not answer as CURVE says");
            return TryWelcome(command, out answer) ? CurveStep.Answer : Refuse("its key is not the server public key that is trusted");
        }

        if (!_initiated || command.Length < 14 + TagLength || !command.StartsWith("\u0005READY"u8))
            return Refuse("it does not answer as CURVE says");
        return TryReady(command) ? CurveStep.Done : Refuse("its last word in the handshake cannot be read");
    }

    /// <summary>Puts a frame's body into its box; the room given must be <see cref="Overhead"/> longer.</summary>
    public void Encrypt(ReadOnlySpan<byte> body, bool more, Span<byte> to)
    {
        var plain = Scratch(body.Length + 1);
        plain[0] = more ? MoreFlag : (byte)0;
        body.CopyTo(plain[1..]);
        "\u0007MESSAGE"u8.CopyTo(to);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], ++_nonce);
        _box!.Encrypt(to[16..], plain, Nonce(stackalloc byte[24], "CurveZMQMESSAGEC"u8, to.Slice(8, 8)));
    }

    /// <summary>Takes a frame's body out of its box; false where it was not made by the hub for this connection, or came before.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="body">The body; gone with the next call.</param>
    /// <param name="more">Whether more frames of the same message follow.</param>
    /// <param name="command">Whether it is a command, and no part of a message.</param>
    public bool TryDecrypt(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> body, out bool more, out bool command)
    {
        body = default;
        more = command = false;
        if (frame.Length < Overhead || !frame.StartsWith("\u0007MESSAGE"u8))
            return false;

        // Numbers only grow: what was recorded cannot be played again.
        var nonce = BinaryPrimitives.ReadUInt64BigEndian(frame[8..]);
        if (nonce <= _peerNonce)
            return false;
        var plain = Scratch(frame.Length - Overhead + 1);
        if (!_box!.TryDecrypt(plain, frame[16..], Nonce(stackalloc byte[24], "CurveZMQMESSAGES"u8, frame.Slice(8, 8))))
            return false;
        _peerNonce = nonce;
        more = (plain[0] & MoreFlag) != 0;
        command = (plain[0] & CommandFlag) != 0;
        body = plain[1..];
        return true;
    }

    public void Dispose()
    {
        _box?.Dispose();
        CryptographicOperations.ZeroMemory(_clientSecret);
        CryptographicOperations.ZeroMemory(_shortSecret);
        CryptographicOperations.ZeroMemory(_scratch);
    }

    private bool TryWelcome(ReadOnlySpan<byte> command, out byte[] initiate)
    {
        initiate = [];
        Span<byte> welcome = stackalloc byte[KeyLength + CookieLength];
        using (var box = new Curve25519XSalsa20Poly1305(_shortSecret, _serverPublic))
        {
            if (!box.TryDecrypt(welcome, command[24..], Nonce(stackalloc byte[24], "WELCOME-"u8, command.Slice(8, 16))))
                return false;
        }

        var shortServer = welcome[..KeyLength];
        _box = new Curve25519XSalsa20Poly1305(_shortSecret, shortServer);
        initiate = Initiate(shortServer, welcome[KeyLength..]);
        _initiated = true;
        return true;
    }

    /// <summary>The client's long-term key, with a vouch that the key of this connection is its own, and what kind of socket it is.</summary>
    private byte[] Initiate(ReadOnlySpan<byte> shortServer, ReadOnlySpan<byte> cookie)
    {
        Span<byte> vouchNonce = stackalloc byte[24];
        "VOUCH---"u8.CopyTo(vouchNonce);
        RandomNumberGenerator.Fill(vouchNonce[8..]);
        Span<byte> vouch = stackalloc byte[2 * KeyLength];
        _shortPublic.CopyTo(vouch);
        _serverPublic.CopyTo(vouch[KeyLength..]);
        var plain = new byte[KeyLength + 16 + TagLength + vouch.Length + _metadata.Length];
        _clientPublic.CopyTo(plain, 0);
        vouchNonce[8..].CopyTo(plain.AsSpan(KeyLength));
        using (var box = new Curve25519XSalsa20Poly1305(_clientSecret, shortServer))
            box.Encrypt(plain.AsSpan(KeyLength + 16, TagLength + vouch.Length), vouch, vouchNonce);
        _metadata.CopyTo(plain, plain.Length - _metadata.Length);

        var initiate = new byte[113 + TagLength + plain.Length];
        "\u0008INITIATE"u8.CopyTo(initiate);
        cookie.CopyTo(initiate.AsSpan(9));
        BinaryPrimitives.WriteUInt64BigEndian(initiate.AsSpan(105), ++_nonce);
        _box!.Encrypt(initiate.AsSpan(113), plain, Nonce(stackalloc byte[24], "CurveZMQINITIATE"u8, initiate.AsSpan(105, 8)));
        return initiate;
    }

    private bool TryReady(ReadOnlySpan<byte> command)
    {
        var metadata = new byte[command.Length - 14 - TagLength];
        if (!_box!.TryDecrypt(metadata, command[14..], Nonce(stackalloc byte[24], "CurveZMQREADY---"u8, command.Slice(6, 8))))
            return false;
        _peerNonce = BinaryPrimitives.ReadUInt64BigEndian(command[6..]);
        if (!ZmtpMetadata.TryRead(metadata, out var socketType))
            return false;
        PeerSocketType = socketType.ToArray();
        return true;
    }

    private CurveStep Refuse(string reason)
    {
        Reason = reason;
        return CurveStep.Refused;
    }

    // libzmq says the status that its ZAP handler gave, such as 400.
    private static string ErrorText(ReadOnlySpan<byte> rest) =>
        rest.Length > 0 && rest[0] < rest.Length && rest[0] is > 0 and <= 64 ? $" ({Telemetry.Printable.Text(rest.Slice(1, rest[0]))})" : "";

    private static ReadOnlySpan<byte> Nonce(Span<byte> to, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> rest)
    {
        prefix.CopyTo(to);
        rest.CopyTo(to[prefix.Length..]);
        return to;
    }

    private Span<byte> Scratch(int length)
    {
        if (_scratch.Length < length)
            _scratch = new byte[Math.Max(length, (int)Math.Min(_scratch.Length * 2L, Array.MaxLength))];
        return _scratch.AsSpan(0, length);
    }
}
