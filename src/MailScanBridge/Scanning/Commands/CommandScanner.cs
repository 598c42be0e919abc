using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Unpacking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailScanBridge.Scanning.Commands;

/// <summary>Runs a tool from the configuration on an item, in the sandbox unless it is allowed without. Safe for concurrent use.</summary>
public sealed class CommandScanner : IScanner
{
    private static readonly TimeSpan s_probeTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(10);
    private readonly CommandOptions _options;
    private readonly ToolProcess _process;
    private readonly ToolGuard _guard;
    private readonly TimeProvider _time;
    private string? _seen;
    private long _looked;

    /// <param name="name">As configuration, routes and verdicts call it.</param>
    /// <param name="options">The tool.</param>
    /// <param name="sandbox">This machine's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told once when the tool cannot be started, and once when it can again.</param>
    public CommandScanner(string name, CommandOptions options, Sandbox sandbox, TimeProvider time, ILogger? logger = null)
    {
        Name = name;
        _options = options;
        _process = new ToolProcess(options, sandbox);
        _time = time;
        _guard = new ToolGuard(name, options.Guard, time, logger ?? NullLogger.Instance);
    }

    public string Name { get; }

    /// <summary>What the tool tells, and behind it a fingerprint of how it is configured and of its program and files as they look.</summary>
    public string? Version { get; private set; }

    /// <summary>What the tool tells.</summary>
    internal string? ToolVersion { get; private set; }

    public bool LooksAtContent => _options.LooksAtContent;

    /// <summary>Null where the tool is there and answers; otherwise what is missing.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, path) in _options.Files)
        {
            if (!Path.Exists(path))
            {
                return $"{name}: {path} does not exist";
            }
        }

        if ((_options.VersionCommand ?? _options.Command) is [var program, ..] && FindProgram(program) is null)
        {
            return $"{program} is not on this machine";
        }

        if (_process.Refusal is { } refusal)
        {
            return refusal;
        }

        return _options.VersionCommand is { Count: > 0 } versionCommand ? await AskVersionAsync(versionCommand, cancellationToken) : null;
    }

    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        var looked = Interlocked.Read(ref _looked);
        if (_options.VersionCommand is not { Count: > 0 } || _time.GetElapsedTime(looked) < s_lookAgain
            || Interlocked.CompareExchange(ref _looked, _time.GetTimestamp(), looked) != looked || (Version is not null && ToolFingerprint.Of(_options) == _seen))
        {
            return;
        }

        Version = null; // Until it tells: what answers meanwhile is not remembered.
        await ProbeAsync(cancellationToken);
    }

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken) =>
        item.Size < _options.MinSize
            ? ScannerResult.NoOpinion()
            : item.Size > _options.MaxSize
            ? ScannerResult.Failed(Reasons.TooLarge, $"{item.Size} bytes; this scanner takes {_options.MaxSize} (max_size)")
            : await _guard.RunAsync(token => RunAsync(_options.Command, item.Path, token), cancellationToken);

    /// <summary>Runs the tool on what stands in its command line, not on an item.</summary>
    /// <param name="command">Instead of the configured one.</param>
    /// <param name="cancellationToken">Kills everything the tool started, and throws.</param>
    internal ValueTask<ScannerResult> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        _guard.RunAsync(token => RunAsync(command, null, token), cancellationToken);

    /// <summary>The program a command line means, searched as execvp(3) does; null where there is none.</summary>
    internal static string? FindProgram(string program) =>
        program.Contains('/')
            ? (File.Exists(program) ? program : null)
            : (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin")
                .Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Select(directory => Path.Combine(directory, program))
                .FirstOrDefault(File.Exists);

    private async Task<string?> AskVersionAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _looked, _time.GetTimestamp());
        var seen = ToolFingerprint.Of(_options); // before it is asked: a change meanwhile is seen at the next look
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_probeTime);
        try
        {
            var run = await _process.RunAsync(command, null, limit.Token);
            if (run.Overflowed || run.ExitCode != 0)
            {
                return $"{command[0]} does not tell its version: {(run.Overflowed ? "it prints without end" : $"exit code {run.ExitCode}: {CommandOutput.FirstLine(run.Errors + run.Output)}")}";
            }

            ToolVersion = Printable.Text((run.Output + run.Errors).Trim().Split('\n')[0], 60);
            _seen = seen;
            Version = $"{ToolVersion} ({seen})";
            return null;
        }
        catch (ToolFaultException e)
        {
            return $"{command[0]} does not tell its version: {Printable.Text(e.Message, 160)}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{command[0]} does not tell its version within {s_probeTime.TotalSeconds:0} s";
        }
    }

    private async ValueTask<ScannerResult> RunAsync(IReadOnlyList<string> command, string? sample, CancellationToken cancellationToken)
    {
        var run = await _process.RunAsync(command, sample, cancellationToken);
        return run.Overflowed
            ? ScannerResult.Failed(Reasons.Limits, $"killed: it printed more than {_options.MaxOutput} bytes (max_output)")
            : _process.IsLimited && WhichLimit(run.ExitCode) is { } limit
            ? ScannerResult.Failed(Reasons.Limits, limit)
            : CommandOutput.Read(_options, run.ExitCode, run.Output, run.Errors);
    }

    /// <summary>The limit that killed it, from the signal: bubblewrap ends with 128 and its number, and so it is told of a tool without.</summary>
    private static string? WhichLimit(int exitCode) => exitCode switch
    {
        128 + 24 => "killed: it computed longer than allowed (max_cpu)", // SIGXCPU
        128 + 25 => "killed: it wrote a larger file than allowed (max_temp)", // SIGXFSZ
        _ => null,
    };
}
