using System.Globalization;

namespace MailScanBridge.Zeek;

/// <summary>The transport protocol of a <see cref="ZeekPort"/>; the numbers are those on the wire.</summary>
public enum ZeekPortProtocol : byte
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>TCP.</summary>
    Tcp = 1,

    /// <summary>UDP.</summary>
    Udp = 2,

    /// <summary>ICMP; the number is then an ICMP type or code.</summary>
    Icmp = 3,
}

/// <summary>Zeek's <c>port</c>: a number together with its transport protocol. Written as in Zeek: <c>25/tcp</c>.</summary>
/// <param name="Number">The port's number.</param>
/// <param name="Protocol">The transport protocol.</param>
public readonly record struct ZeekPort(ushort Number, ZeekPortProtocol Protocol)
{
    /// <summary>Gives the port as Zeek prints it, such as <c>25/tcp</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Word}");

    private string Word => Protocol switch
    {
        ZeekPortProtocol.Tcp => "tcp",
        ZeekPortProtocol.Udp => "udp",
        ZeekPortProtocol.Icmp => "icmp",
        _ => "unknown",
    };
}
