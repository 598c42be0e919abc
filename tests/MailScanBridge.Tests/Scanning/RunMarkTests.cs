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

    private static Process Sleep(string mark)
    {
        var start = new ProcessStartInfo("sleep", ["600"]);
        start.Environment[RunMark.Name] = mark;
        return Process.Start(start)!;
    }
}
