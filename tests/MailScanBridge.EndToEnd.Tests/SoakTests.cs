using System.Diagnostics;
using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>The soak command, shortly: a load alone, one with kills at random moments, one with a daemon that stands still for a while.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    [Theory(Timeout = 120_000)]
    [InlineData("--rate 200 --for 3s", 0)]
    [InlineData("--rate 200 --files 400 --for 1m --fault kill --every 1s --faults 3", 3)]
    [InlineData("--rate 200 --files 400 --for 1m --fault stop --every 1s --faults 1 --stop-for 5s", 1)]
    public async Task Nothing_is_lost_and_nothing_is_wrong(string arguments, int faults)
    {
        var (exitCode, printed) = await RunAsync(arguments, TestContext.Current.CancellationToken);
        output.WriteLine($"soak {arguments}\n{printed}");
        Assert.Equal(0, exitCode);
        Assert.Contains(" lost 0, wrong 0, duplicates 0,", printed, StringComparison.Ordinal);
        Assert.Contains($" faults {faults},", printed, StringComparison.Ordinal);
        Assert.Contains("rss_mib", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--for 10", "is no time; expected a number with s, m or h behind it")]
    [InlineData("--fault burn", "burn")]
    public async Task A_wrong_option_is_told(string arguments, string told)
    {
        var (exitCode, printed) = await RunAsync(arguments, TestContext.Current.CancellationToken);
        Assert.Equal(2, exitCode);
        Assert.Contains(told, printed, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Printed)> RunAsync(string arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [DaemonProcess.Program, "soak", .. arguments.Split(' ')]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var soak = Process.Start(start)!;
        var errors = soak.StandardError.ReadToEndAsync(cancellationToken);
        var printed = await soak.StandardOutput.ReadToEndAsync(cancellationToken);
        await soak.WaitForExitAsync(cancellationToken);
        return (soak.ExitCode, printed + await errors);
    }
}
