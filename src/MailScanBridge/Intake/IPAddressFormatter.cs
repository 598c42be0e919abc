using System.Net;
using MessagePack;
using MessagePack.Formatters;

namespace MailScanBridge.Intake;

/// <summary>Addresses as their 4 or 16 bytes, so that what comes back is what was stored. Public only because MessagePack's generated formatters must reach it.</summary>
public sealed class IPAddressFormatter : IMessagePackFormatter<IPAddress?>
{
    public void Serialize(ref MessagePackWriter writer, IPAddress? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else
        {
            writer.Write(value.GetAddressBytes());
        }
    }

    public IPAddress? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (reader.ReadBytes() is not { } sequence || sequence.Length is not (4 or 16))
        {
            throw new MessagePackSerializationException("An address of 4 or 16 bytes was expected.");
        }

        System.Buffers.BuffersExtensions.CopyTo(sequence, bytes);
        return new IPAddress(bytes[..(int)sequence.Length]);
    }
}
