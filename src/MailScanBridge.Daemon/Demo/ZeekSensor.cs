using System.ComponentModel;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;

namespace MailScanBridge.Daemon.Demo;

/// <summary>A real Zeek as the sensor: finds it, runs it over a trace with the bundled scripts, reads its logs.</summary>
internal sealed partial class ZeekSensor(string zeek, string version)
{
    /// <summary>What it calls itself.</summary>
    public string Version => version;

    /// <summary>Path of the program.</summary>
    public string Program => zeek;

    /// <summary>
    /// Finds Zeek 8.1 or later: <c>$ZEEK_ROOT/bin/zeek</c>, else <c>zeek</c> on PATH. Null where there is none, with the reason.
    /// </summary>
    public static async Task<(ZeekSensor? Sensor, string Why)> FindAsync(CancellationToken cancellationToken)
    {
        var root = Environment.GetEnvironmentVariable("ZEEK_ROOT");
        var program = root is { Length: > 0 } ? Path.Combine(root, "bin", "zeek") : "zeek";
        try
        {
            var result = await Cli.Wrap(program).WithArguments("--version").WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
            var match = VersionText().Match(result.StandardOutput + result.StandardError);
            if (!match.Success)
            {
                return (null, $"{program} does not tell its version");
            }

            var found = new Version(match.Groups[1].Value);
            return found >= new Version(8, 1)
                ? (new ZeekSensor(program, match.Groups[1].Value), "")
                : (null, $"{program} is Zeek {found}; 8.1 or later is needed");
        }
        catch (Win32Exception)
        {
            return (null, $"{program} is not on this machine");
        }
    }

    /// <summary>Reads a trace; ends when Zeek does. Logs go to <paramref name="directory"/>, as JSON.</summary>
    /// <param name="trace">Absolute path of the pcap.</param>
    /// <param name="scripts">Absolute path of the package's script directory.</param>
    /// <param name="directory">Working directory for the logs.</param>
    /// <param name="environment">MAILSCAN_SPOOL and the like.</param>
    /// <param name="cancellationToken">Kills Zeek.</param>
    /// <returns>Exit code, and what it printed on standard error.</returns>
    public async Task<(int ExitCode, string Errors)> ReadTraceAsync(
        string trace, string scripts, string directory, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var errors = new StringBuilder();
        var result = await Cli.Wrap(zeek)
            .WithArguments(["-C", "-r", trace, scripts, "LogAscii::use_json=T"])
            .WithWorkingDirectory(directory)
            .WithEnvironmentVariables(environment)
            .WithValidation(CommandResultValidation.None)
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors))
            .ExecuteAsync(cancellationToken);
        return (result.ExitCode, errors.ToString());
    }

    /// <summary>The rows of a JSON log; none where Zeek did not write it.</summary>
    public static IReadOnlyList<JsonElement> ReadLog(string path) =>
        File.Exists(path) ? [.. File.ReadLines(path).Where(l => l.StartsWith('{')).Select(l => JsonDocument.Parse(l).RootElement)] : [];

    [GeneratedRegex(@"version (\d+\.\d+(?:\.\d+)?)")]
    private static partial Regex VersionText();
}
