using System.Net;
using System.Net.Sockets;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>Two endpoints on ports that were free a moment ago; asked for together, so that they differ.</summary>
internal sealed record FreePorts(string First, string Second)
{
    public static FreePorts Find()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return new FreePorts($"tcp://{first.LocalEndpoint}", $"tcp://{second.LocalEndpoint}");
    }
}
