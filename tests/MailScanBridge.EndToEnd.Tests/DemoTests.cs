using System.Diagnostics;
using MailScanBridge.EndToEnd.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests;

/// <summary>What somebody sees who runs the demo.</summary>
public sealed class DemoTests
{
    [Fact(Timeout = 180_000)]
    public async Task The_demo_with_the_stand_in_shows_every_verdict_a_balanced_ledger_and_ends_with_0()
    {
        var (exitCode, output) = await DemoAsync(TestContext.Current.CancellationToken, "--stand-in");

        Assert.Equal(0, exitCode);
        Assert.Contains($"ledger: {SampleMails.Files.Count} asked = ", output, StringComparison.Ordinal);
        Assert.Contains(" malicious, ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("DOES NOT BALANCE", output, StringComparison.Ordinal);
        foreach (var mail in SampleMails.Paths)
        {
            Assert.Contains(Path.GetFileName(mail), output, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task The_demo_with_Zeek_shows_notices_from_its_notice_log_and_ends_with_0()
    {
        var zeek = await Support.Zeek.RequireAsync(TestContext.Current.CancellationToken);

        var (exitCode, output) = await DemoAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, exitCode);
        Assert.Contains($"sensor: Zeek {zeek.Version}", output, StringComparison.Ordinal);
        Assert.Contains("MailScan::Malicious_File", output, StringComparison.Ordinal);
        Assert.Contains("ledger: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("DOES NOT BALANCE", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> DemoAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [DaemonProcess.Program, "demo", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
