using System.Buffers.Binary;
using System.Security.Cryptography;
using MailScanBridge.Intake;
using MailScanBridge.Verdicts;
using MessagePack;

namespace MailScanBridge.Queue;

/// <summary>
/// The journal's blobs: MessagePack, an array of version, body and check sum, so that a later version can open what this one
/// wrote, and so that a flipped bit on the disk never turns one verdict into another. Read with the settings for untrusted
/// data: what is in them came from the wire.
/// </summary>
internal static class JournalFormat
{
    /// <summary>Version of both blobs. Fields are only ever added, under new keys.</summary>
    private const int Version = 1;

    private static readonly MessagePackSerializerOptions Options =
        MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);

    public static byte[] Write(ScanRequest request) => Seal(MessagePackSerializer.Serialize(request, Options));

    public static byte[] Write(Verdict verdict) => Seal(MessagePackSerializer.Serialize(verdict, Options));

    public static ScanRequest ReadRequest(byte[] blob) => MessagePackSerializer.Deserialize<ScanRequest>(Unseal(blob), Options);

    public static Verdict ReadVerdict(byte[] blob) => MessagePackSerializer.Deserialize<Verdict>(Unseal(blob), Options);

    private static byte[] Seal(byte[] body) => MessagePackSerializer.Serialize(new Envelope(Version, body, CheckSum(body)), Options);

    private static byte[] Unseal(byte[] blob)
    {
        var envelope = MessagePackSerializer.Deserialize<Envelope>(blob, Options);
        if (envelope.Version is < 1 or > Version)
        {
            throw new MessagePackSerializationException($"This journal row has version {envelope.Version}; this daemon reads 1 to {Version}.");
        }

        return envelope.Body is { } body && envelope.CheckSum == CheckSum(body)
            ? body
            : throw new MessagePackSerializationException("This journal row does not match its check sum.");
    }

    private static ulong CheckSum(byte[] body) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(body));
}

/// <summary>Version, body and check sum of a journal blob. Public only because MessagePack's generated formatters must reach it.</summary>
[MessagePackObject]
public readonly record struct Envelope([property: Key(0)] int Version, [property: Key(1)] byte[]? Body, [property: Key(2)] ulong CheckSum);
