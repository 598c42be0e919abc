using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning.External;

/// <summary>A program that takes containers apart, run in the sandbox like a tool. Safe for concurrent use.</summary>
internal sealed class OutsideProgram
{
    private static readonly TimeSpan s_probeTime = TimeSpan.FromSeconds(10);
    private const int NotStarted = -2;
    private readonly string _program;
    private readonly ToolProcess _process;

    /// <param name="program">Its name, searched in PATH.</param>
    /// <param name="mode">Whether it may run without a sandbox.</param>
    /// <param name="sandbox">This machine's.</param>
    public OutsideProgram(string program, SandboxMode mode, Sandbox sandbox)
    {
        _program = program;
        _process = new ToolProcess(new CommandOptions { Command = [program, "{sample}"], Sandbox = mode, MaxOutput = 4 * 1024 * 1024, Guard = new() { Concurrency = 1, Timeout = TimeSpan.FromMinutes(5) } }, sandbox);
    }

    /// <summary>Its version, or why it cannot be used.</summary>
    /// <param name="arguments">By which it tells its version.</param>
    /// <param name="version">Reads it from what was printed.</param>
    /// <param name="cancellationToken">Ends the program, and throws.</param>
    public async Task<(string? Version, string? Missing)> ProbeAsync(IReadOnlyList<string> arguments, Func<string, string?> version, CancellationToken cancellationToken)
    {
        if (CommandScanner.FindProgram(_program) is null)
        {
            return (null, $"{_program} is not on this machine");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_probeTime);
        try
        {
            var run = await _process.RunAsync([_program, .. arguments], null, limit.Token);
            return version(run.Output + run.Errors) is { } found ? (Printable.Text(found, 40), null) : (null, $"{_program} does not tell its version: {CommandOutput.FirstLine(run.Errors + run.Output)}");
        }
        catch (ToolFaultException e)
        {
            return (null, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"{_program} does not tell its version within {s_probeTime.TotalSeconds:0} s");
        }
    }

    /// <summary>Runs it on a container; that it cannot be started is a run that failed.</summary>
    /// <param name="arguments">With <c>{sample}</c> for the container.</param>
    /// <param name="item">The container.</param>
    /// <param name="read">Reads what it prints, as it comes; null to have it in the result.</param>
    /// <param name="cancellationToken">Ends the program, and throws.</param>
    public ToolRun Run(IReadOnlyList<string> arguments, ScanItem item, Action<Stream>? read, CancellationToken cancellationToken)
    {
        try
        {
            return _process.RunAsync([_program, .. arguments], item.Path, cancellationToken, read).GetAwaiter().GetResult();
        }
        catch (ToolFaultException e)
        {
            return new ToolRun(NotStarted, "", e.Message, Overflowed: false);
        }
    }

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
