using System.Net;
using System.Net.Sockets;
using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Transport;

public class ConnectTimeoutTests
{
    [Fact]
    public async Task A_hub_of_which_one_port_is_reached_is_tried_again_with_sockets_of_their_own_and_it_is_said()
    {
        // Something that takes the connection on one port and says nothing; on the other port nothing listens yet.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var (xpub, xsub) = ($"tcp://{silent.LocalEndpoint}", $"tcp://{other.LocalEndpoint}");
        other.Dispose();
        var log = new ListLogger();
        await using var client = new ZeekClient(
            new ZeekClientOptions { HubXPub = xpub, HubXSub = xsub, ConnectTimeout = TimeSpan.FromMilliseconds(100), Reconnect = TimeSpan.FromMilliseconds(20), ReconnectMax = TimeSpan.FromMilliseconds(50) },
            log);
        client.Subscribe("late.");
        var starting = client.StartAsync(Wait.Token);

        await Wait.UntilAsync(() => log.Lines.Count(l => l.Contains("could not be reached", StringComparison.Ordinal)) >= 2, "two attempts to be given up");

        Assert.Contains(log.Lines, l => l.Contains(xpub, StringComparison.Ordinal) && l.Contains(xsub, StringComparison.Ordinal) && l.Contains("1 times", StringComparison.Ordinal));
        silent.Stop();
        await using var hub = new ZeekHub(new ZeekHubOptions { XPub = xpub, XSub = xsub });
        hub.Start();
        await starting;
        Assert.Equal(PublishResult.Sent, client.Publish("late.", new ZeekEvent("Test::ping")));
    }
}
