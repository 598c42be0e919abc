using System.Diagnostics;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Scanning;

/// <summary>What a run in the sandbox leaves behind when its outer process is killed too early.</summary>
public sealed class RunMarkTests
{
    [Fact]
    public async Task What_bears_the_mark_of_a_run_is_killed_and_nothing_else()
    {
        RunMark one = new(), other = new();
        Assert.NotEqual(one.Value, other.Value);
        using var first = Sleep(one.Value);
        using var second = Sleep(other.Value);
        using var longer = Sleep(one.Value + "0");
        try
        {
            Assert.Equal(1, one.KillLeft());
            await first.WaitForExitAsync(Wait.Token);
            Assert.Equal(137, first.ExitCode);
            Assert.Equal(0, one.KillLeft());
            Assert.False(second.HasExited);
            Assert.False(longer.HasExited);
        }
        finally
        {
            foreach (var process in (Process[])[first, second, longer])
            {
                process.Kill();
            }
        }
    }

    [Fact]
    public async Task The_inner_process_of_a_sandbox_whose_outer_one_was_killed_is_found_and_what_it_runs_ends_with_it()
    {
        Require.Program("bwrap", "bubblewrap");
        var mark = new RunMark();
        var time = $"600.{Random.Shared.Next(100_000, 1_000_000)}";

        // Not told to die with its parent: so it is in the first moment of one that is.
        var start = new ProcessStartInfo("bwrap", ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "--clearenv", "--", "/bin/sleep", time]);
        start.Environment[RunMark.Name] = mark.Value;
        using var outer = Process.Start(start)!;
        await Wait.UntilAsync(() => Sleeping(time) == 1, "the sandbox to run its program");

        outer.Kill();
        await outer.WaitForExitAsync(Wait.Token);
        Assert.Equal(1, Sleeping(time));
        Assert.Equal(1, mark.KillLeft());
        await Wait.UntilAsync(() => Sleeping(time) == 0, "the program to end");
    }

    // Of bubblewrap's own processes the program is the last argument, not the first.
    private static int Sleeping(string time) => Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d[^1])).Count(d => CommandLine(d) == $"/bin/sleep\0{time}\0");

    private static string CommandLine(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "cmdline"));
        }
        catch (IOException)
        {
            return ""; // It has ended.
        }
    }

    private static Process Sleep(string mark)
    {
        var start = new ProcessStartInfo("sleep", ["600"]);
        start.Environment[RunMark.Name] = mark;
        return Process.Start(start)!;
    }
}
