using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MailScanBridge.Daemon.Demo;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>The real Zeek: found by ZEEK_ROOT or PATH; without it a test is skipped, or fails where MAILSCAN_REQUIRE_ZEEK=1.</summary>
internal static class Zeek
{
    public static string Scripts => Repository.At("zeek-scripts", "scripts");

    public static string SampleTrace => Repository.At("samples", "mail", "all.pcap");

    public static async Task<ZeekSensor> RequireAsync(CancellationToken cancellationToken)
    {
        var (zeek, why) = await ZeekSensor.FindAsync(cancellationToken);
        if (zeek is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("MAILSCAN_REQUIRE_ZEEK") == "1", $"needs Zeek 8.1 or later: {why}");
            Assert.Fail($"MAILSCAN_REQUIRE_ZEEK=1, and there is no Zeek: {why}");
        }

        return zeek!;
    }

    /// <summary>What <c>zeek-config</c>, beside zeek, answers.</summary>
    public static string Config(ZeekSensor zeek, string question)
    {
        using var process = Process.Start(new ProcessStartInfo(zeek.Program + "-config", [question]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }

    /// <summary>Runs <c>zeek -r</c> with the package; logs are JSON, in <paramref name="directory"/>.</summary>
    public static async Task<ZeekRun> ReadTraceAsync(
        ZeekSensor zeek, string trace, string directory, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken, params string[] more)
    {
        var watch = Stopwatch.StartNew();
        var errors = new StringBuilder();
        var start = new ProcessStartInfo(zeek.Program, ["-C", "-r", trace, Scripts, "LogAscii::use_json=T", .. more])
        {
            WorkingDirectory = directory,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, e) => errors.AppendLine(e.Data);
        process.OutputDataReceived += (_, e) => errors.AppendLine(e.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ZeekRun(
            process.ExitCode,
            watch.Elapsed,
            errors.ToString(),
            ZeekSensor.ReadLog(Path.Combine(directory, "mailscan.log")),
            ZeekSensor.ReadLog(Path.Combine(directory, "notice.log")));
    }

    public static string Text(this JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.ToString() : "";
}

/// <summary>What a run left behind.</summary>
internal sealed record ZeekRun(int ExitCode, TimeSpan Elapsed, string Errors, IReadOnlyList<JsonElement> Rows, IReadOnlyList<JsonElement> Notices)
{
    public IReadOnlyList<JsonElement> FirstRows => [.. Rows.Where(r => r.Text("status") == "first")];
}
