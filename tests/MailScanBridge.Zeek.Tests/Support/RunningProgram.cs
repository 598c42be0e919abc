using System.Collections.Concurrent;
using System.Diagnostics;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>A program that runs beside the test: its lines are kept, and it is ended with the test.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Process _process;

    public RunningProgram(string file, IEnumerable<string> args, string? directory = null)
    {
        var start = new ProcessStartInfo(file, args) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory ?? "" };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>Runs one of the samples, as it was built with the tests.</summary>
    public static RunningProgram Sample(string name, params IEnumerable<string> args) =>
        new("dotnet", [Path.Combine(Repository, "samples", name, "bin", Configuration, "net10.0", name + ".dll"), .. args]);

    public static string Repository { get; } = FindRepository();

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(Wait.Token);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal, such as <c>STOP</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Wait.Token);
        Assert.Equal(0, kill.ExitCode);
    }

    public Task LineAsync(string part) => Wait.UntilAsync(
        () => Lines.Any(line => line.Contains(part, StringComparison.Ordinal)), $"a line with '{part}', came: {string.Join("\n", Lines)}");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static string Configuration => AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";

    private static string FindRepository()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "MailScanBridge.sln")))
            directory = Path.GetDirectoryName(directory.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new InvalidOperationException("The repository was not found above the tests.");
        return directory;
    }

    private void Keep(string? line)
    {
        if (line is not null)
            Lines.Enqueue(line);
    }
}
