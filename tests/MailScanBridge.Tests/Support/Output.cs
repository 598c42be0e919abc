using System.Diagnostics;

namespace MailScanBridge.Tests.Support;

/// <summary>What a program prints.</summary>
internal static class Output
{
    public static async Task<string> OfAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Wait.Token);
        await process.WaitForExitAsync(Wait.Token);
        return output;
    }
}
