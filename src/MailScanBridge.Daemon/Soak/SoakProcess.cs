using System.Diagnostics;
using MailScanBridge.Daemon.Hosting;

namespace MailScanBridge.Daemon.Soak;

/// <summary>A party that is one process, started by the soak.</summary>
/// <param name="name">As <c>--harm</c> calls it.</param>
/// <param name="directory">For its log.</param>
/// <param name="command">Program and arguments.</param>
/// <param name="environment">Beyond the soak's own.</param>
internal class SoakProcess(string name, string directory, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment) : SoakParty(name)
{
    private readonly string _log = Path.Combine(directory, name + ".log");

    // Its lives. Others look at the one before while the next is started, so none is disposed of until the end.
    private readonly List<Process> _lives = [];
    private volatile Process? _process;

    public int ProcessId => _process!.Id;

    public bool HasExited => _process is not { HasExited: false };

    /// <summary>How long it is stopped before it is killed, so that it dies with work in hand; 0 (default): not at all.</summary>
    public TimeSpan StopBeforeKill { get; init; }

    public void Start()
    {
        // By way of a shell, which is replaced: the log goes to a file that no pipe of ours can hold up.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$SOAK_LOG\" 2>&1", .. command]);
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        start.Environment["SOAK_LOG"] = _log;
        _lives.Add(_process = Process.Start(start)!);
    }

    public override async Task<bool> KillAsync(CancellationToken cancellationToken)
    {
        RefuseIfEnded();
        if (StopBeforeKill > TimeSpan.Zero)
        {
            await SignalAsync("STOP", cancellationToken);
            await Task.Delay(StopBeforeKill, cancellationToken);
        }

        await SignalAsync("KILL", cancellationToken);
        await WaitForExitAsync(cancellationToken);
        Start();
        return true;
    }

    public override async Task<bool> HoldAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        RefuseIfEnded();
        await SignalAsync("STOP", cancellationToken);
        await Task.Delay(time, cancellationToken);
        await SignalAsync("CONT", cancellationToken);
        return true;
    }

    public Task SignalAsync(string signal, CancellationToken cancellationToken) => SignalAsync(ProcessId, signal, cancellationToken);

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process!.WaitForExitAsync(cancellationToken);

    public override string LastLines() => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(10)) : "";

    public override void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _lives.ForEach(life => life.Dispose());
    }

    /// <summary>This program itself with other arguments: by its host or, where that is dotnet, by its library.</summary>
    protected static IReadOnlyList<string> Ourselves(params ReadOnlySpan<string> arguments) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "mailscan-bridge"
            ? [Environment.ProcessPath!, .. arguments]
            : [Path.Combine(Path.GetDirectoryName(Environment.ProcessPath)!, "dotnet"), Path.Combine(AppContext.BaseDirectory, "mailscan-bridge.dll"), .. arguments];

    private void RefuseIfEnded()
    {
        if (HasExited)
        {
            throw new StartException($"The {Name} ended by itself:\n{LastLines()}");
        }
    }
}
