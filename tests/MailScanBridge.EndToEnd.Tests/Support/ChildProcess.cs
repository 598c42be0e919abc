using System.Collections.Concurrent;
using System.Diagnostics;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>A program beside the test: what it prints is kept, and it does not outlive the test.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    /// <param name="command">Program and arguments.</param>
    /// <param name="directory">Where it runs; by default where the test does.</param>
    /// <param name="environment">Beyond the test's own.</param>
    public ChildProcess(IReadOnlyList<string> command, string? directory = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = directory ?? "",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _lines);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Memory that is in use now, bytes (VmRSS).</summary>
    public long ResidentBytes => 1024 * long.Parse(File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]);

    /// <summary>Runs it to its end.</summary>
    /// <returns>Exit code and all output.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        await using var child = new ChildProcess(command);
        return (await child.ExitAsync(cancellationToken), child.Output);
    }

    /// <summary>Waits until it has printed something; fails when it ends before.</summary>
    public Task PrintsAsync(string text, CancellationToken cancellationToken) => Eventually.TrueAsync(
        () => Output.Contains(text, StringComparison.Ordinal) || (_process.HasExited ? throw new InvalidOperationException($"It ended with {_process.ExitCode}:\n{Output}") : false),
        $"the program prints \"{text}\"", cancellationToken);

    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end (SIGTERM), and waits.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        Posix.Send(Id, "TERM");
        return await ExitAsync(cancellationToken);
    }

    /// <summary>Ends it at once (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
