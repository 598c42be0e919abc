using System.Text.Json;
using MailScanBridge.Daemon.Demo;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>A Zeek that listens at the router's interface, with the package; logs are JSON.</summary>
internal sealed class LiveZeek : IAsyncDisposable
{
    private readonly string _directory;
    private readonly ChildProcess _process;

    /// <param name="zeek">The program.</param>
    /// <param name="namespaces">It runs on their router.</param>
    /// <param name="directory">For its logs.</param>
    /// <param name="environment">MAILSCAN_SPOOL and the like.</param>
    /// <param name="more">Scripts and options.</param>
    public LiveZeek(ZeekSensor zeek, Namespaces namespaces, string directory, IReadOnlyDictionary<string, string> environment, params string[] more)
    {
        _directory = directory;
        // Packets of a veth have no checksums yet.
        _process = new ChildProcess([.. Namespaces.Prefix(namespaces.Router), zeek.Program, "-C", "-i", Namespaces.Tap, "LogAscii::use_json=T", .. more], directory, environment);
    }

    /// <summary>What stops traffic; not part of the package's own load.</summary>
    public static string Response => Path.Combine(Zeek.Scripts, "response.zeek");

    /// <summary>Zeek is the hub itself, as the manager of a cluster is: a thread of it. Before the package, which else looks for the daemon's.</summary>
    public static string[] OwnHub => OwnHubAt(Namespaces.Hub);

    /// <summary>The same at another address.</summary>
    public static string[] OwnHubAt(FreePorts hub) =>
    [
        "frameworks/cluster/backend/zeromq",
        "Cluster::Backend::ZeroMQ::run_proxy_thread=T",
        $"Cluster::Backend::ZeroMQ::listen_xpub_endpoint={hub.First}",
        $"Cluster::Backend::ZeroMQ::listen_xsub_endpoint={hub.Second}",
        .. Connected(hub),
    ];

    /// <summary>The same for a Zeek beside it.</summary>
    public static string[] OthersHub => ["frameworks/cluster/backend/zeromq", "Cluster::Backend::ZeroMQ::run_proxy_thread=F", .. Connected(Namespaces.Hub)];

    private static string[] Connected(FreePorts hub) =>
    [
        $"Cluster::Backend::ZeroMQ::connect_xsub_endpoint={hub.First}",
        $"Cluster::Backend::ZeroMQ::connect_xpub_endpoint={hub.Second}",
        "Log::enable_remote_logging=F",
    ];

    public ChildProcess Process => _process;

    public string Output => _process.Output;

    public IReadOnlyList<JsonElement> Rows(string log) => ZeekSensor.ReadLog(Path.Combine(_directory, log + ".log"));

    /// <summary>Waits until it sees packets.</summary>
    public Task ListensAsync(CancellationToken cancellationToken) => _process.PrintsAsync("listening on", cancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
