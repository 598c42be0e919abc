using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailScanBridge.Zeek;

namespace MailScanBridge.Response;

/// <summary>One element of one of the table's sets: what is dropped, as nftables writes it. Equal elements drop the same.</summary>
/// <param name="Set">The set, such as <c>pairs4</c>.</param>
/// <param name="Value">The element, made of numbers and addresses that were parsed and are written anew: no text from the wire gets here.</param>
internal readonly record struct DropElement(string Set, string Value)
{
    /// <summary>The elements that carry out a drop; or why it cannot be.</summary>
    public static (IReadOnlyList<DropElement> Elements, string? Refused) Of(Drop drop, ResponderOptions options, IReadOnlyList<IPNetwork> never)
    {
        foreach (var end in (ZeekSubnet?[])[drop.SrcH, drop.DstH])
        {
            if (end is { } network && Refuse(network, options, never) is { } why)
            {
                return ([], why);
            }
        }

        return drop switch
        {
            { SrcH: { } src, DstH: { } dst } when src.Address.AddressFamily != dst.Address.AddressFamily => ([], "one end is IPv4 and the other IPv6"),
            { SrcH: { } src, SrcP: null, DstH: { } dst, DstP: null } when IsHost(src) && IsHost(dst) => (Both(drop, Pair(src, dst), Pair(dst, src)), null),
            { SrcH: { } src, SrcP: { } srcPort, DstH: { } dst, DstP: { } dstPort } when IsHost(src) && IsHost(dst) && Protocol(srcPort) is { } protocol && srcPort.Protocol == dstPort.Protocol =>
                (Both(drop, Flow(src, srcPort, dst, dstPort, protocol), Flow(dst, dstPort, src, srcPort, protocol)), null),
            { SrcH: { } src, SrcP: null, DstH: null, DstP: null, BothWays: true } => ([new($"addresses{Family(src)}", Text(src))], null),
            _ => ([], "only a host, a pair of hosts, or a connection over TCP or UDP between two hosts can be dropped"),
        };
    }

    private static string? Refuse(ZeekSubnet end, ResponderOptions options, IReadOnlyList<IPNetwork> never)
    {
        var isV4 = end.Address.AddressFamily == AddressFamily.InterNetwork;
        if (!isV4 && end.Address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return "neither IPv4 nor IPv6";
        }

        if (end.Length > (isV4 ? 32 : 128) || end.Length < (isV4 ? options.MinPrefixV4 : options.MinPrefixV6))
        {
            return $"{end} is wider than may be dropped (respond.min_prefix_v4 {options.MinPrefixV4}, respond.min_prefix_v6 {options.MinPrefixV6})";
        }

        foreach (var network in never)
        {
            if (network.BaseAddress.AddressFamily == end.Address.AddressFamily && (network.Contains(end.Address) || Network(end).Contains(network.BaseAddress)))
            {
                return $"{end} is never dropped (respond.never, or an address of this machine's own: {network})";
            }
        }

        return null;
    }

    private static IReadOnlyList<DropElement> Both(Drop drop, DropElement there, DropElement back) => drop.BothWays && back != there ? [there, back] : [there];

    private static DropElement Pair(ZeekSubnet from, ZeekSubnet to) => new($"pairs{Family(from)}", $"{from.Address} . {to.Address}");

    private static DropElement Flow(ZeekSubnet from, ZeekPort fromPort, ZeekSubnet to, ZeekPort toPort, string protocol) => new(
        $"flows{Family(from)}", string.Create(CultureInfo.InvariantCulture, $"{from.Address} . {fromPort.Number} . {to.Address} . {toPort.Number} . {protocol}"));

    private static string Text(ZeekSubnet end) => IsHost(end) ? end.Address.ToString() : Network(end).ToString();

    /// <summary>The network with its host bits cleared.</summary>
    private static IPNetwork Network(ZeekSubnet end)
    {
        var bytes = end.Address.GetAddressBytes();
        for (var bit = end.Length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), end.Length);
    }

    private static bool IsHost(ZeekSubnet end) => end.Length == (end.Address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);

    private static char Family(ZeekSubnet end) => end.Address.AddressFamily == AddressFamily.InterNetwork ? '4' : '6';

    private static string? Protocol(ZeekPort port) => port.Protocol switch { ZeekPortProtocol.Tcp => "tcp", ZeekPortProtocol.Udp => "udp", _ => null };
}
