using System.Diagnostics;
using MailScanBridge.EndToEnd.Tests.Support;
using MailScanBridge.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>
/// The soak command, shortly: a load alone; with the daemon, a scanner's process, clamd or the hub killed at random moments, or standing still for
/// longer than the limits on them. Its longer runs are in docs/durability.md.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    [Theory(Timeout = 120_000)]
    [InlineData("--rate 200 --for 3s", 0)]
    [InlineData("--rate 200 --files 400 --for 1m --fault kill --every 1s --faults 3", 3)]
    [InlineData("--rate 200 --files 400 --for 1m --fault stop --every 1s --faults 1 --stop-for 5s", 1)]
    [InlineData("--harm hub --rate 50 --files 400 --for 2m --fault kill --every 0.4s --faults 20", 20)]
    public async Task Nothing_is_lost_and_nothing_is_wrong(string arguments, int faults)
    {
        var (exitCode, printed) = await RunAsync(arguments, TestContext.Current.CancellationToken);
        output.WriteLine($"soak {arguments}\n{printed}");
        Assert.Equal(0, exitCode);
        Assert.Contains(" lost 0, wrong 0, duplicates 0,", printed, StringComparison.Ordinal);
        Assert.Contains($" faults {faults}{(faults > 0 ? " (" : ",")}", printed, StringComparison.Ordinal);
        Assert.Contains("rss_mib", printed, StringComparison.Ordinal);
    }

    [Theory(Timeout = 300_000)]
    [InlineData("--harm scanner,clamd --rate 15 --files 100 --for 4m --fault kill --every 0.4s --faults 40", "clamd 20, scanner 20")]
    [InlineData("--harm daemon,scanner,clamd,hub --rate 15 --files 100 --for 4m --fault kill --every 0.5s --faults 12", "clamd 3, daemon 3, hub 3, scanner 3")]
    [InlineData("--harm daemon,scanner,clamd,hub --rate 15 --files 60 --for 4m --fault stop --every 1s --faults 4 --stop-for 4s", "clamd 1, daemon 1, hub 1, scanner 1")]
    public async Task What_a_tool_that_is_harmed_cannot_tell_is_never_clean(string arguments, string faults)
    {
        Require.Program("clamd", "clamav-daemon");
        Require.Program("bwrap", "bubblewrap");
        var (exitCode, printed) = await RunAsync(arguments, TestContext.Current.CancellationToken);
        output.WriteLine($"soak {arguments}\n{printed}");
        Assert.Equal(0, exitCode);
        Assert.Contains(" lost 0, wrong 0, duplicates 0,", printed, StringComparison.Ordinal);
        Assert.Contains($"({faults}), files left 0, processes left 0", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--harm daemon,cat", "is none of daemon, scanner, clamd, hub")]
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
