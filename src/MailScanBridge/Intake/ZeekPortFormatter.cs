using MailScanBridge.Zeek;
using MessagePack;
using MessagePack.Formatters;

namespace MailScanBridge.Intake;

/// <summary>Ports as a pair of number and protocol (0 unknown, 1 tcp, 2 udp, 3 icmp, as on the wire). Public only because MessagePack's generated formatters must reach it.</summary>
public sealed class ZeekPortFormatter : IMessagePackFormatter<ZeekPort?>
{
    public void Serialize(ref MessagePackWriter writer, ZeekPort? value, MessagePackSerializerOptions options)
    {
        if (value is not { } port)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(2);
        writer.Write(port.Number);
        writer.Write((byte)port.Protocol);
    }

    public ZeekPort? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        if (reader.ReadArrayHeader() != 2)
        {
            throw new MessagePackSerializationException("A port of number and protocol was expected.");
        }

        var number = reader.ReadUInt16();
        var protocol = (ZeekPortProtocol)reader.ReadByte();
        return protocol <= ZeekPortProtocol.Icmp ? new ZeekPort(number, protocol) : throw new MessagePackSerializationException("A port has a protocol of 0 to 3.");
    }
}
