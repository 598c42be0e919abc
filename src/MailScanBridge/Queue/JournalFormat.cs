using MailScanBridge.Intake;
using MailScanBridge.Verdicts;
using MessagePack;

namespace MailScanBridge.Queue;

/// <summary>
/// The journal's blobs: MessagePack, an array of version and body, so that a later version can open what this one wrote.
/// Read with the settings for untrusted data: what is in them came from the wire.
/// </summary>
internal static class JournalFormat
{
    /// <summary>Version of both blobs. Fields are only ever added, under new keys.</summary>
    private const int Version = 1;

    private static readonly MessagePackSerializerOptions Options =
        MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);

    public static byte[] Write(ScanRequest request) => MessagePackSerializer.Serialize(new Envelope<ScanRequest>(Version, request), Options);

    public static byte[] Write(Verdict verdict) => MessagePackSerializer.Serialize(new Envelope<Verdict>(Version, verdict), Options);

    public static ScanRequest ReadRequest(byte[] blob) => Read<ScanRequest>(blob);

    public static Verdict ReadVerdict(byte[] blob) => Read<Verdict>(blob);

    private static T Read<T>(byte[] blob)
    {
        var envelope = MessagePackSerializer.Deserialize<Envelope<T>>(blob, Options);
        return envelope.Version is >= 1 and <= Version
            ? envelope.Body
            : throw new MessagePackSerializationException($"This journal row has version {envelope.Version}; this daemon reads 1 to {Version}.");
    }
}

/// <summary>Version and body of a journal blob. Public only because MessagePack's generated formatters must reach it.</summary>
[MessagePackObject]
public readonly record struct Envelope<T>([property: Key(0)] int Version, [property: Key(1)] T Body);
