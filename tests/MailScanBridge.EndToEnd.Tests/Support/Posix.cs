using System.Diagnostics;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>Signals to a process that the test started.</summary>
internal static class Posix
{
    /// <param name="id">The process.</param>
    /// <param name="signal">TERM, STOP, CONT.</param>
    public static void Send(int id, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
