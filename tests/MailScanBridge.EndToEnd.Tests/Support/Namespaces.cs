using MailScanBridge.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>
/// Network namespaces of a test's own: a client and a server, and a router between them, which has a loopback too. So ports never
/// clash, and nothing of this machine's network is touched. They go at the end.
/// </summary>
internal sealed class Namespaces : IAsyncDisposable
{
    /// <summary>Addresses of the two ends.</summary>
    public const string ClientAddress = "10.78.1.2", ServerAddress = "10.78.2.2";

    /// <summary>The router's interface, through which all passes that client and server send each other.</summary>
    public const string Tap = "tap0";

    /// <summary>Where the hub listens on the router: nobody else is there.</summary>
    public static readonly FreePorts Hub = new("tcp://127.0.0.1:27860", "tcp://127.0.0.1:27861");

    private static int s_count;

    private readonly string _id = $"mse{Environment.ProcessId % 100000}-{Interlocked.Increment(ref s_count)}";

    private Namespaces()
    {
    }

    public string Client => _id + "c";

    public string Server => _id + "s";

    public string Router => _id + "r";

    /// <summary>Makes them; the test is skipped where this machine cannot.</summary>
    public static async Task<Namespaces> RequireAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "network namespaces need root");
        Require.Program("ip", "iproute2");
        Require.Program("ping", "iputils-ping");
        var namespaces = new Namespaces();
        try
        {
            await namespaces.MakeAsync(cancellationToken);
        }
        catch
        {
            await namespaces.DisposeAsync();
            throw;
        }

        return namespaces;
    }

    /// <summary>What runs a command in a namespace; nothing where it is null.</summary>
    public static string[] Prefix(string? networkNamespace) => networkNamespace is null ? [] : ["ip", "netns", "exec", networkNamespace];

    /// <summary>Where the hub is for the server, when it listens on the router's side of the line to it.</summary>
    public static readonly FreePorts HubForServer = new("tcp://10.78.2.1:27860", "tcp://10.78.2.1:27861");

    /// <summary>Cuts the line between router and server, or joins it again.</summary>
    public async Task SetLineAsync(bool up, CancellationToken cancellationToken) =>
        Assert.Equal((0, ""), await ChildProcess.RunAsync(["ip", "-n", Router, "link", "set", "tap1", up ? "up" : "down"], cancellationToken));

    /// <summary>The client gets an answer from the server.</summary>
    public async Task<bool> ReachesAsync(CancellationToken cancellationToken) =>
        (await ChildProcess.RunAsync([.. Prefix(Client), "ping", "-n", "-q", "-c", "1", "-W", "1", ServerAddress], cancellationToken)).ExitCode == 0;

    public async ValueTask DisposeAsync()
    {
        foreach (var name in (string[])[Client, Server, Router])
        {
            await ChildProcess.RunAsync(["ip", "netns", "del", name], CancellationToken.None);
        }
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        async Task IpAsync(params string[] arguments)
        {
            var (exitCode, output) = await ChildProcess.RunAsync(["ip", .. arguments], cancellationToken);
            Assert.True(exitCode == 0, $"ip {string.Join(' ', arguments)}: {output}");
        }

        await IpAsync("netns", "add", Router);
        await IpAsync("-n", Router, "link", "set", "lo", "up");
        foreach (var (end, address, tap) in new[] { (Client, ClientAddress, Tap), (Server, ServerAddress, "tap1") })
        {
            var gateway = address[..^1] + "1";
            await IpAsync("netns", "add", end);
            await IpAsync("-n", end, "link", "set", "lo", "up");
            await IpAsync("-n", end, "link", "add", "eth0", "type", "veth", "peer", "name", tap, "netns", Router);
            await IpAsync("-n", Router, "addr", "add", $"{gateway}/24", "dev", tap);
            await IpAsync("-n", Router, "link", "set", tap, "up");
            await IpAsync("-n", end, "addr", "add", $"{address}/24", "dev", "eth0");
            await IpAsync("-n", end, "link", "set", "eth0", "up");
            await IpAsync("-n", end, "route", "add", "default", "via", gateway);
        }

        await IpAsync("netns", "exec", Router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    }
}
