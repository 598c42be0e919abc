using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailScanBridge.Zeek;

/// <summary>
/// Zeek's <c>subnet</c>: an address and a prefix length in that address's own family (0-32 for IPv4, 0-128 for IPv6). On the wire an
/// IPv4 length travels with 96 added; this type never shows that.
/// </summary>
/// <param name="Address">The network's address; host bits are kept as they came (Zeek masks them on use).</param>
/// <param name="Length">The prefix length in bits.</param>
public readonly record struct ZeekSubnet(IPAddress Address, int Length)
{
    /// <summary>Gives the subnet as Zeek prints it, such as <c>192.168.0.0/16</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");

    internal static int MaxLength(AddressFamily family) => family == AddressFamily.InterNetwork ? 32 : 128;
}
