using System.Diagnostics;

namespace MailScanBridge.Daemon.Soak;

/// <summary>The real daemon as a child process on free loopback ports, over a state that outlives it.</summary>
internal sealed class SoakDaemon : IDisposable
{
    public const string Bridge = "soak";

    // What is kept of finished requests is bounded, and a soak judges growth in its second half: there the bounds must be reached.
    private const string Config = "queue:\n  max_done: 5000\ncache:\n  max_entries: 10000\n";
    private readonly Dictionary<string, string> _environment;
    private readonly string _log;
    private readonly string _config;
    private Process? _process;

    public SoakDaemon(string directory, string hubXPub, string hubXSub)
    {
        Spool = Directory.CreateDirectory(Path.Combine(directory, "spool")).FullName;
        State = Path.Combine(directory, "state");
        _log = Path.Combine(directory, "daemon.log");
        _config = Path.Combine(directory, "mailscan.yaml");
        File.WriteAllText(_config, Config);
        _environment = new Dictionary<string, string>
        {
            ["MAILSCAN_SPOOL"] = Spool,
            ["MAILSCAN_STATE"] = State,
            ["MAILSCAN_BRIDGE"] = Bridge,
            ["MAILSCAN_HUB_XPUB"] = hubXPub,
            ["MAILSCAN_HUB_XSUB"] = hubXSub,
        };
    }

    public string Spool { get; }

    public string State { get; }

    public int ProcessId => _process!.Id;

    public bool HasExited => _process is null || _process.HasExited;

    public void Start()
    {
        _process?.Dispose();
        // By way of a shell, which is replaced: the log goes to a file that no pipe of ours can hold up.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$SOAK_LOG\" 2>&1", Program, .. Arguments, "--config", _config]);
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["SOAK_LOG"] = _log;
        _process = Process.Start(start)!;
    }

    public async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{ProcessId}"]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process!.WaitForExitAsync(cancellationToken);

    /// <summary>The last lines it wrote, for people.</summary>
    public string LastLines() => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(10)) : "";

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process?.Dispose();
    }

    // This program itself, by its host or, where that is dotnet, by its library.
    private static string Program => Hosted ? Environment.ProcessPath! : Path.Combine(Path.GetDirectoryName(Environment.ProcessPath)!, "dotnet");

    private static bool Hosted => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "mailscan-bridge";

    private static string[] Arguments => Hosted ? ["run"] : [Path.Combine(AppContext.BaseDirectory, "mailscan-bridge.dll"), "run"];
}
