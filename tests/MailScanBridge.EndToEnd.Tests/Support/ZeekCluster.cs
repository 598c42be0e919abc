using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using MailScanBridge.Daemon.Demo;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>
/// A Zeek cluster as zeekctl lays one out: manager (whose proxy thread is the hub), logger, proxy and workers, each a process with a directory of its own, with CURVE keys.
/// </summary>
internal sealed class ZeekCluster : IAsyncDisposable
{
    private readonly ZeekSensor _zeek;
    private readonly string _directory;
    private readonly string _spool;
    private readonly string _zeekPath;
    private readonly CurveKeys _keys;
    private readonly List<(string Node, Process Process)> _processes = [];
    private readonly ConcurrentQueue<string> _lines = new();

    public ZeekCluster(ZeekSensor zeek, string directory, string spool, int workers)
    {
        _zeek = zeek;
        _directory = directory;
        _spool = spool;
        _zeekPath = Zeek.Config(zeek, "--zeekpath");
        _keys = new CurveKeys(Path.Combine(directory, "curve"));
        Hub = FreePorts.Find();
        var (logger, _) = FreePorts.Find();
        var path = Directory.CreateDirectory(Path.Combine(directory, "zeekpath")).FullName;
        File.WriteAllText(Path.Combine(path, "cluster-layout.zeek"), Layout(logger, workers));
        File.CreateSymbolicLink(Path.Combine(path, "mailscan-bridge"), Zeek.Scripts);
        File.WriteAllText(Path.Combine(path, "local.zeek"), Local(Hub));
    }

    /// <summary>Keys as zeekctl keeps them.</summary>
    public string Keys => _keys.Directory;

    /// <summary>The manager's proxy: where everybody receives, and where everybody sends.</summary>
    public FreePorts Hub { get; }

    /// <summary>All that the nodes printed.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts a node; a worker reads <paramref name="trace"/>.</summary>
    public void Start(string node, string bridge, string? trace = null, params string[] more)
    {
        var start = new ProcessStartInfo(_zeek.Program, [.. trace is null ? [] : new[] { "-C", "-r", trace }, "local.zeek", "LogAscii::use_json=T", .. more])
        {
            WorkingDirectory = Directory.CreateDirectory(Path.Combine(_directory, node)).FullName,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["CLUSTER_NODE"] = node;
        start.Environment["ZEEKPATH"] = $"{Path.Combine(_directory, "zeekpath")}:{_zeekPath}";
        start.Environment["MAILSCAN_SPOOL"] = _spool;
        start.Environment["MAILSCAN_BRIDGE"] = bridge;
        foreach (var (name, value) in _keys.Environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Keep(node, e.Data);
        process.ErrorDataReceived += (_, e) => Keep(node, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add((node, process));
    }

    /// <summary>The rows of a log, where the logger writes it, rotated or not.</summary>
    public IReadOnlyList<JsonElement> Rows(string log)
    {
        var logger = Path.Combine(_directory, "logger-1");
        return Directory.Exists(logger) ? [.. Directory.EnumerateFiles(logger, $"{log}*.log").Where(f => Path.GetFileName(f).Split('.')[0] == log).SelectMany(ZeekSensor.ReadLog)] : [];
    }

    /// <summary>Exit code of a node that ends by itself.</summary>
    public async Task<int> ExitOfAsync(string node, CancellationToken cancellationToken)
    {
        var process = _processes.Single(p => p.Node == node).Process;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process) in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }
    }

    private void Keep(string node, string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue($"{node}: {line}");
        }
    }

    private static string Layout(string logger, int workers) => $$"""
        redef Cluster::manager_is_logger = F;
        redef Cluster::nodes = {
            ["manager"] = [$node_type=Cluster::MANAGER, $ip=127.0.0.1],
            ["logger-1"] = [$node_type=Cluster::LOGGER, $ip=127.0.0.1, $p={{logger[(logger.LastIndexOf(':') + 1)..]}}/tcp],
            ["proxy-1"] = [$node_type=Cluster::PROXY, $ip=127.0.0.1],
        {{string.Concat(Enumerable.Range(1, workers).Select(i => $"    [\"worker-{i}\"] = [$node_type=Cluster::WORKER, $ip=127.0.0.1],\n"))}}};
        """;

    private static string Local(FreePorts hub) => $"""
        @load frameworks/cluster/backend/zeromq
        @load mailscan-bridge
        @load mailscan-bridge/response
        redef Cluster::Backend::ZeroMQ::listen_xpub_endpoint = "{hub.First}";
        redef Cluster::Backend::ZeroMQ::listen_xsub_endpoint = "{hub.Second}";
        redef Cluster::Backend::ZeroMQ::connect_xsub_endpoint = "{hub.First}";
        redef Cluster::Backend::ZeroMQ::connect_xpub_endpoint = "{hub.Second}";
        redef Log::default_rotation_interval = 0sec;
        redef MailScan::response_dry_run = T;
        """;
}
