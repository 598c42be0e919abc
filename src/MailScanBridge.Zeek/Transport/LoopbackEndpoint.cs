using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailScanBridge.Zeek.Transport;

/// <summary>An endpoint that a hub may listen on: loopback and nothing else, since it does not know who connects.</summary>
internal static class LoopbackEndpoint
{
    public static IPEndPoint Parse(string endpoint)
    {
        const string Scheme = "tcp://";
        if (!endpoint.StartsWith(Scheme, StringComparison.Ordinal))
            throw new ZeekHubException(endpoint, $"The hub cannot listen on '{endpoint}': it must be of the form tcp://127.0.0.1:port.");
        var colon = endpoint.LastIndexOf(':');
        var host = colon > Scheme.Length ? endpoint[Scheme.Length..colon].Trim('[', ']') : "";
        var port = endpoint[(colon + 1)..];
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            host = "127.0.0.1";
        if (port == "*")
            port = "0";
        if (!IPAddress.TryParse(host, out var address) || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new ZeekHubException(endpoint, $"The hub cannot listen on '{endpoint}': it must be of the form tcp://127.0.0.1:port.");
        if (!IPAddress.IsLoopback(address))
        {
            throw new ZeekHubException(
                endpoint,
                $"The hub does not listen on '{endpoint}', since it cannot tell who connects: only loopback addresses are allowed. For other hosts use Zeek's own proxy with CURVE.");
        }

        return new IPEndPoint(address, number);
    }

    public static string Text(IPEndPoint endpoint) =>
        endpoint.AddressFamily == AddressFamily.InterNetworkV6
            ? string.Create(CultureInfo.InvariantCulture, $"tcp://[{endpoint.Address}]:{endpoint.Port}")
            : string.Create(CultureInfo.InvariantCulture, $"tcp://{endpoint.Address}:{endpoint.Port}");
}
