using System.ComponentModel;
using System.Text;
using CliWrap;

namespace MailScanBridge.Scanning.Sandboxing;

/// <summary>
/// The sandbox of this machine, or why it has none: bubblewrap and prlimit, tried once with a tiny program. Immutable, safe for
/// concurrent use.
/// </summary>
public sealed class Sandbox
{
    /// <summary>Where a tool in the sandbox finds what it scans.</summary>
    public const string SamplePath = "/s/sample";

    private static readonly TimeSpan s_probeTime = TimeSpan.FromSeconds(10);

    private Sandbox(string? version, string? unavailable)
    {
        Version = version;
        Unavailable = unavailable;
    }

    /// <summary>Of bubblewrap; null where there is no sandbox.</summary>
    public string? Version { get; }

    /// <summary>Why this machine has no sandbox; null where it has one.</summary>
    public string? Unavailable { get; }

    internal static bool AsRoot => System.Environment.IsPrivilegedProcess;

    /// <summary>For a machine without one.</summary>
    /// <param name="why">One line for people.</param>
    public static Sandbox None(string why) => new(null, why);

    /// <summary>Tries it.</summary>
    public static async Task<Sandbox> FindAsync(CancellationToken cancellationToken)
    {
        var (_, version, failure) = await RunAsync(["--version"], cancellationToken);
        if (failure is not null)
        {
            return None(failure);
        }

        var probe = SandboxArguments.Make(AsRoot, new SandboxLimits(), s_probeTime, new Dictionary<string, string>(), [], null, ["true"]);
        var (exitCode, output, refused) = await RunAsync(probe, cancellationToken);
        return refused is not null || exitCode != 0
            ? None(refused ?? $"bubblewrap does not work here: {Printable.Text(output.Trim().Split('\n')[0], 160)}")
            : new Sandbox(Printable.Text(version.Trim().Split('\n')[0].Replace("bubblewrap ", "", StringComparison.Ordinal), 60), null);
    }

    /// <summary>What the sandbox itself says when it cannot start a tool; null where it could. A tool that prints the same only fails itself.</summary>
    internal static string? Failure(string errors) => errors.Split('\n').FirstOrDefault(line =>
        line.StartsWith("bwrap: ", StringComparison.Ordinal) || line.StartsWith("prlimit: ", StringComparison.Ordinal) || line.StartsWith("setpriv: ", StringComparison.Ordinal));

    private static async Task<(int ExitCode, string Output, string? Failure)> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_probeTime);
        var command = Cli.Wrap("bwrap").WithArguments(arguments).WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.ToStringBuilder(output)).WithStandardErrorPipe(PipeTarget.ToStringBuilder(output));
        try
        {
            var result = await await ProcessStarter.StartAsync(() => command.ExecuteAsync(limit.Token).Task);
            return (result.ExitCode, output.ToString(), null);
        }
        catch (Win32Exception)
        {
            return (-1, "", "bubblewrap is not installed (bwrap; Debian package bubblewrap)");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (-1, "", $"bubblewrap does not end within {s_probeTime.TotalSeconds:0} s");
        }
    }
}
