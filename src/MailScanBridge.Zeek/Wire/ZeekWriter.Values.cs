using System.Buffers.Binary;
using MailScanBridge.Zeek.Wire;

namespace MailScanBridge.Zeek;

public ref partial struct ZeekWriter
{
    // A value is made by code, not by a peer, but one nested this deep would end the process by exhausting the stack.
    private const int MaxDepth = 512;

    /// <summary>Writes any value; sets and tables in Zeek's order, so that the bytes equal Zeek's.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ZeekWireException">The value nests deeper than 512.</exception>
    public void WriteValue(in ZeekValue value) => WriteNested(value, 1);

    private void WriteNested(in ZeekValue value, int depth)
    {
        switch (value.Kind)
        {
            case ZeekKind.None:
                WriteNone();
                break;
            case ZeekKind.Boolean:
                WriteBoolean(value.HighUnchecked != 0);
                break;
            case ZeekKind.Real:
                WriteReal(value.RealUnchecked);
                break;
            case ZeekKind.String or ZeekKind.Enum:
                WriteText(value.Kind, value.BytesUnchecked);
                break;
            case ZeekKind.Address:
                var address = Reserve(17);
                address[0] = (byte)ZeekKind.Address;
                BinaryPrimitives.WriteUInt64BigEndian(address[1..], value.HighUnchecked);
                BinaryPrimitives.WriteUInt64BigEndian(address[9..], value.LowUnchecked);
                break;
            case ZeekKind.Subnet:
                var subnet = Reserve(18);
                subnet[0] = (byte)ZeekKind.Subnet;
                BinaryPrimitives.WriteUInt64BigEndian(subnet[1..], value.HighUnchecked);
                BinaryPrimitives.WriteUInt64BigEndian(subnet[9..], value.LowUnchecked);
                subnet[17] = value.ExtraUnchecked;
                break;
            case ZeekKind.Port:
                WritePort(new ZeekPort((ushort)value.HighUnchecked, (ZeekPortProtocol)value.ExtraUnchecked));
                break;
            case ZeekKind.Set or ZeekKind.Table or ZeekKind.Vector:
                WriteContainer(value, depth);
                break;
            default:
                WriteWord(value.Kind, value.HighUnchecked);
                break;
        }
    }

    private void WriteContainer(in ZeekValue value, int depth)
    {
        if (depth >= MaxDepth)
            WireFail.TooDeep(0, MaxDepth);
        var items = value.ItemsUnchecked;
        WriteHeader(value.Kind, (uint)(value.Kind == ZeekKind.Table ? items.Length / 2 : items.Length));
        foreach (ref readonly var item in items)
            WriteNested(item, depth + 1);
    }
}
