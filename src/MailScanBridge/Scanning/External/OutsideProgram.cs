using System.Globalization;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning.External;

/// <summary>A program that takes containers apart, run in the sandbox like a tool. Safe for concurrent use.</summary>
internal sealed class OutsideProgram
{
    private static readonly TimeSpan s_probeTime = TimeSpan.FromSeconds(10);
    private const int NotStarted = -2;
    private readonly string _program;
    private readonly IReadOnlyList<string> _versionArguments;
    private readonly Func<string, string?> _readVersion;
    private readonly MailScanMetrics? _metrics;
    private readonly ToolProcess _process;
    private (string Version, string Looks) _known = ("-", "");

    /// <param name="program">Its name, searched in PATH.</param>
    /// <param name="versionArguments">By which it tells its version.</param>
    /// <param name="readVersion">Reads it from what was printed; null where it is not there.</param>
    /// <param name="mode">Whether it may run without a sandbox.</param>
    /// <param name="sandbox">This machine's.</param>
    /// <param name="metrics">Where its runs are counted; null for nowhere.</param>
    public OutsideProgram(string program, IReadOnlyList<string> versionArguments, Func<string, string?> readVersion, SandboxMode mode, Sandbox sandbox, MailScanMetrics? metrics)
    {
        _program = program;
        _versionArguments = versionArguments;
        _readVersion = readVersion;
        _metrics = metrics;
        _process = new ToolProcess(new CommandOptions { Command = [program, "{sample}"], Sandbox = mode, MaxOutput = 4 * 1024 * 1024, Guard = new() { Concurrency = 1, Timeout = TimeSpan.FromMinutes(5) } }, sandbox);
    }

    /// <summary>Its name and the version that it told.</summary>
    public string Name => $"{_program} {_known.Version}";

    /// <summary>What its results hang on: its version, and its file as it looks now.</summary>
    public string Fingerprint => $"{Name} {Looks()}";

    /// <summary>Asks for its version.</summary>
    /// <param name="cancellationToken">Ends the program, and throws.</param>
    /// <returns>Why it cannot be used; null where it can.</returns>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        if (CommandScanner.FindProgram(_program) is null)
        {
            return $"{_program} is not on this machine";
        }

        var looks = Looks(); // before it is asked: a change meanwhile is seen at the next run
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_probeTime);
        try
        {
            var run = await _process.RunAsync([_program, .. _versionArguments], null, limit.Token);
            if (_readVersion(run.Output + run.Errors) is not { } found)
            {
                return $"{_program} does not tell its version: {CommandOutput.FirstLine(run.Errors + run.Output)}";
            }

            _known = (Printable.Text(found, 40), looks);
            return null;
        }
        catch (ToolFaultException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{_program} does not tell its version within {s_probeTime.TotalSeconds:0} s";
        }
    }

    /// <summary>Runs it on a container; that it cannot be started is a run that failed.</summary>
    /// <param name="arguments">With <c>{sample}</c> for the container.</param>
    /// <param name="item">The container.</param>
    /// <param name="read">Reads what it prints, as it comes; null to have it in the result.</param>
    /// <param name="cancellationToken">Ends the program, and throws.</param>
    public ToolRun Run(IReadOnlyList<string> arguments, ScanItem item, Action<Stream>? read, CancellationToken cancellationToken)
    {
        var outcome = "stopped"; // by the time, or by a limit of the tree that what it prints has reached
        try
        {
            var run = RunAsync(arguments, item, read, cancellationToken).GetAwaiter().GetResult();
            outcome = run is { ExitCode: 0, Overflowed: false } ? "ok" : "failed";
            return run;
        }
        catch (ToolFaultException e)
        {
            outcome = "refused";
            return new ToolRun(NotStarted, "", e.Message, Overflowed: false);
        }
        finally
        {
            _metrics?.UnpackerRan(_program, outcome);
        }
    }

    /// <summary>Another program under the same name, since an update, is asked for its version first: verdicts name the one that ran.</summary>
    private async Task<ToolRun> RunAsync(IReadOnlyList<string> arguments, ScanItem item, Action<Stream>? read, CancellationToken cancellationToken)
    {
        if (Looks() != _known.Looks && await ProbeAsync(cancellationToken) is { } fault)
        {
            throw new ToolFaultException(fault, isTransient: true);
        }

        return await _process.RunAsync([_program, .. arguments], item.Path, cancellationToken, read);
    }

    private string Looks() => CommandScanner.FindProgram(_program) is { } path
        ? string.Create(CultureInfo.InvariantCulture, $"{ToolFingerprint.Stamp(path)}")
        : "not there";

    /// <summary>What a program that did not end well says, as reason and detail.</summary>
    public (string Reason, string Detail) Failure(ToolRun run)
    {
        var words = run.Errors.Length > 0 ? run.Errors : run.Output;
        var reason = run.ExitCode == NotStarted ? Reasons.ToolDown
            : words.Contains("password", StringComparison.OrdinalIgnoreCase) || words.Contains("encrypt", StringComparison.OrdinalIgnoreCase) ? Reasons.Encrypted
            : words.Contains("unsupported", StringComparison.OrdinalIgnoreCase) || words.Contains("nrecognized", StringComparison.Ordinal) ? Reasons.Unsupported
            : run.Overflowed || run.ExitCode is 128 + 24 or 128 + 25 or 128 + 9 ? Reasons.Limits
            : Reasons.Damaged;
        return (reason, $"{_program}: exit code {run.ExitCode}: {CommandOutput.FirstLine(words)}");
    }
}
