using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace MailScanBridge.Scanning.Sandboxing;

/// <summary>
/// Marks the processes of one run in the sandbox, so that none outlives it. bubblewrap is two processes, and the inner one is told to die with the outer
/// only once it has run for a moment: where somebody (the kernel, for want of memory) kills the outer one before that, it waits for ever, belongs
/// to nobody and holds the run's output open. It is found by a variable in its environment, which a tool's own does not have.
/// </summary>
internal sealed class RunMark
{
    /// <summary>The variable's name.</summary>
    public const string Name = "MAILSCAN_RUN";

    private static long s_last;

    /// <summary>The variable's value: this process, when it began, and the run.</summary>
    public string Value { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{s_began}-{Interlocked.Increment(ref s_last)}");

    private static readonly long s_began = Stopwatch.GetTimestamp();

    /// <summary>Kills what is left of the run. Gives how many processes that were.</summary>
    public int KillLeft()
    {
        var wanted = Encoding.ASCII.GetBytes($"\0{Name}={Value}\0");
        var killed = 0;
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d[^1])))
        {
            byte[] variables = [0, .. Environ(directory)];
            if (variables.AsSpan().IndexOf(wanted) < 0)
            {
                continue;
            }

            try
            {
                using var left = Process.GetProcessById(int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture));
                left.Kill();
                killed++;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
            {
                // It has ended by itself.
            }
        }

        return killed;
    }

    private static byte[] Environ(string directory)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(directory, "environ"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // Another user's, or ended: none of ours.
        }
    }
}
