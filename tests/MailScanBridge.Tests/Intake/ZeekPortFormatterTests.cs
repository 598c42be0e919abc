using MailScanBridge.Intake;
using MailScanBridge.Zeek;
using MessagePack;
using Xunit;

namespace MailScanBridge.Tests.Intake;

/// <summary>Ports in the journal's rows: the bytes are those of every earlier daemon, which a later one must read.</summary>
public sealed class ZeekPortFormatterTests
{
    private static readonly ZeekPortFormatter s_formatter = new();

    [Theory]
    [InlineData(new byte[] { 0x92, 0x19, 0x01 }, 25, ZeekPortProtocol.Tcp)]
    [InlineData(new byte[] { 0x92, 0xcd, 0xd4, 0x31, 0x02 }, 54321, ZeekPortProtocol.Udp)]
    [InlineData(new byte[] { 0x92, 0x00, 0x00 }, 0, ZeekPortProtocol.Unknown)]
    public void A_port_is_an_array_of_number_and_protocol(byte[] row, int number, ZeekPortProtocol protocol)
    {
        ZeekPort port = new((ushort)number, protocol);

        Assert.Equal(port, Read(row));
        Assert.Equal(row, Write(port));
    }

    [Fact]
    public void No_port_is_nil()
    {
        Assert.Null(Read([0xc0]));
        Assert.Equal([0xc0], Write(null));
    }

    [Theory]
    [InlineData(new byte[] { 0x91, 0x19 })]
    [InlineData(new byte[] { 0x93, 0x19, 0x01, 0x01 })]
    [InlineData(new byte[] { 0x92, 0x19, 0x04 })]
    [InlineData(new byte[] { 0x92, 0xce, 0x00, 0x01, 0x00, 0x00, 0x01 })]
    [InlineData(new byte[] { 0x19 })]
    public void Anything_else_is_refused(byte[] row)
    {
        var refused = Record.Exception(() => Read(row));

        Assert.True(refused is MessagePackSerializationException or OverflowException, refused?.ToString() ?? "taken");
    }

    private static ZeekPort? Read(byte[] row)
    {
        var reader = new MessagePackReader(row);
        return s_formatter.Deserialize(ref reader, MessagePackSerializerOptions.Standard);
    }

    private static byte[] Write(ZeekPort? port)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        s_formatter.Serialize(ref writer, port, MessagePackSerializerOptions.Standard);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
