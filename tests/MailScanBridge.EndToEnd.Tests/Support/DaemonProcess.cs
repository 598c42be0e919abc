using System.Collections.Concurrent;
using System.Diagnostics;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>The real daemon as a process of its own, hosting the hub on ports of its own; can die and be started again over the same state.</summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    private readonly Dictionary<string, string> _environment;
    private readonly string? _networkNamespace;
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    /// <param name="directory">Where spool and state are made.</param>
    /// <param name="hub">A hub that is elsewhere; by default the daemon's own, on free ports.</param>
    /// <param name="networkNamespace">Where it runs; by default where the test does.</param>
    public DaemonProcess(string directory, FreePorts? hub = null, string? networkNamespace = null)
    {
        _networkNamespace = networkNamespace;
        Spool = Directory.CreateDirectory(Path.Combine(directory, "spool")).FullName;
        State = Path.Combine(directory, "state");
        (HubXPub, HubXSub) = hub ?? FreePorts.Find();
        _environment = new Dictionary<string, string>
        {
            ["MAILSCAN_SPOOL"] = Spool,
            ["MAILSCAN_STATE"] = State,
            ["MAILSCAN_BRIDGE"] = Bridge,
            ["MAILSCAN_HUB_XPUB"] = HubXPub,
            ["MAILSCAN_HUB_XSUB"] = HubXSub,
        };
    }

    public string Spool { get; }

    public string State { get; }

    public string HubXPub { get; }

    public string HubXSub { get; }

    public string Bridge => "e2e.test";

    /// <summary>What a Zeek beside this daemon needs to find it.</summary>
    public IReadOnlyDictionary<string, string> Environment => _environment;

    /// <summary>Everything the daemon has printed, over all its lives.</summary>
    public string Output => string.Join('\n', _lines);

    public bool HasExited => _process?.HasExited ?? true;

    public int ExitCode => _process!.ExitCode;

    public int ProcessId => _process!.Id;

    /// <summary>Path of a verdict log as the daemon names it by default.</summary>
    public string VerdictLog => Path.Combine(State, "verdicts.json");

    public static string Program => Path.Combine(AppContext.BaseDirectory, "mailscan-bridge.dll");

    /// <summary>Starts the daemon.</summary>
    /// <param name="fault">MAILSCAN_FAULT, or null.</param>
    /// <param name="arguments">Beyond <c>run</c>.</param>
    public void Start(string? fault = null, params string[] arguments)
    {
        string[] command = [.. Namespaces.Prefix(_networkNamespace), "dotnet", Program, "run", .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["MAILSCAN_FAULT"] = fault ?? "";
        var former = _process; // Others may ask after it meanwhile.
        _process = Process.Start(start)!;
        former?.Dispose();
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits for its death alone: what it started may hold its output open for longer.</summary>
    public async Task WaitUntilDeadAsync(CancellationToken cancellationToken)
    {
        while (!HasExited)
        {
            await Task.Delay(20, cancellationToken);
        }
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process!.WaitForExitAsync(cancellationToken);

    /// <summary>Waits until the daemon says that it has recovered and is running.</summary>
    public Task WaitUntilRunningAsync(CancellationToken cancellationToken) => Eventually.TrueAsync(
        () => HasExited ? throw new InvalidOperationException($"The daemon ended with {ExitCode}:\n{Output}") : Output.Contains("hosted here", StringComparison.Ordinal) || Output.Contains("elsewhere", StringComparison.Ordinal),
        "the daemon runs", cancellationToken);

    public void Kill() => _process!.Kill();

    /// <summary>Stops as an operator does.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
        await _process.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is not null)
        {
            _lines.Enqueue(e.Data);
        }
    }
}
