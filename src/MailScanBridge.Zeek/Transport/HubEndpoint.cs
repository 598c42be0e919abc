using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace MailScanBridge.Zeek.Transport;

/// <summary>An endpoint of a hub to which a client connects, taken apart.</summary>
internal static class HubEndpoint
{
    // What a name in the DNS may have; longer ones are an exception of another kind from the runtime.
    private const int MaxHostLength = 253;

    public static bool TryParse([NotNullWhen(true)] string? endpoint, [NotNullWhen(true)] out string? host, out int port)
    {
        const string Scheme = "tcp://";
        (host, port) = (null, 0);
        if (endpoint is null || !endpoint.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        var colon = endpoint.LastIndexOf(':');
        if (colon <= Scheme.Length || !ushort.TryParse(endpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return false;
        var name = endpoint[Scheme.Length..colon];
        if (name[0] == '[' && name[^1] == ']')
        {
            name = name[1..^1];
            if (!name.Contains(':', StringComparison.Ordinal) || !IPAddress.TryParse(name, out _))
                return false;
        }
        else if (name.Length > MaxHostLength || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is ':' or '/' or '[' or ']' or '@' or ';'))
        {
            return false;
        }

        (host, port) = (name, number);
        return true;
    }

    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
