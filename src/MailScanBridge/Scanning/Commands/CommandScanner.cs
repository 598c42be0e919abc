using System.ComponentModel;
using System.Text;
using CliWrap;
using CliWrap.Exceptions;
using MailScanBridge.Unpacking;
using Polly;
using Polly.Timeout;

namespace MailScanBridge.Scanning.Commands;

/// <summary>Runs a tool from the configuration on an item. Safe for concurrent use.</summary>
public sealed class CommandScanner : IScanner
{
    private const int MaxErrors = 64 * 1024;
    private readonly CommandOptions _options;
    private readonly ResiliencePipeline<ScannerResult> _pipeline;

    public CommandScanner(string name, CommandOptions options, TimeProvider time)
    {
        Name = name;
        _options = options;
        _pipeline = new ResiliencePipelineBuilder<ScannerResult> { TimeProvider = time }
            .AddConcurrencyLimiter(options.Concurrency, queueLimit: int.MaxValue)
            .AddTimeout(options.Timeout)
            .Build();
    }

    public string Name { get; }

    public string? Version { get; private set; }

    public bool LooksAtContent => _options.LooksAtContent;

    /// <summary>Null where the tool is there and answers; otherwise what is missing.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, path) in _options.Files)
        {
            if (!File.Exists(path))
            {
                return $"{name}: {path} does not exist";
            }
        }

        if (_options.VersionCommand is not { Count: > 0 } versionCommand)
        {
            return FindProgram(_options.Command[0]) is null ? $"{_options.Command[0]} is not on this machine" : null;
        }

        var program = versionCommand[0];

        var output = new StringBuilder();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            await Cli.Wrap(program)
                .WithArguments(versionCommand.Skip(1))
                .WithStandardOutputPipe(PipeTarget.ToStringBuilder(output))
                .WithStandardErrorPipe(PipeTarget.ToStringBuilder(output))
                .ExecuteAsync(limit.Token);
        }
        catch (Exception e) when (e is Win32Exception or CommandExecutionException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return e is Win32Exception ? $"{program} is not on this machine" : $"{program} does not tell its version: {Printable.Text(e.Message.Split('\n')[0])}";
        }

        Version = Printable.Text(output.ToString().Trim().Split('\n')[0], 60);
        return null;
    }

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
    {
        if (item.Size > _options.MaxSize)
        {
            return ScannerResult.Failed(Reasons.TooLarge, $"{item.Size} bytes; this scanner takes {_options.MaxSize} (max_size)");
        }

        try
        {
            return await _pipeline.ExecuteAsync(token => RunAsync(item.Path, token), cancellationToken);
        }
        catch (TimeoutRejectedException e)
        {
            return ScannerResult.Failed(Reasons.Timeout, $"killed after {e.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return ScannerResult.Failed(Reasons.ToolDown, $"cannot be started: {e.Message}");
        }
    }

    /// <summary>The program a command line means, searched as execvp(3) does; null where there is none.</summary>
    internal static string? FindProgram(string program) =>
        program.Contains('/')
            ? (File.Exists(program) ? program : null)
            : (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin")
                .Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Select(directory => Path.Combine(directory, program))
                .FirstOrDefault(File.Exists);

    private async ValueTask<ScannerResult> RunAsync(string sample, CancellationToken cancellationToken)
    {
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = new CappedText(_options.MaxOutput, kill);
        var errors = new CappedText(MaxErrors, kill);
        try
        {
            var result = await Cli.Wrap(_options.Command[0])
                .WithArguments(_options.Command.Skip(1).Select(a => Fill(a, sample)))
                .WithWorkingDirectory(Path.GetDirectoryName(sample)!)
                .WithValidation(CommandResultValidation.None)
                .WithStandardOutputPipe(output.Target)
                .WithStandardErrorPipe(errors.Target)
                .ExecuteAsync(kill.Token);
            return output.Overflowed || errors.Overflowed ? TooMuch() : CommandOutput.Read(_options, result.ExitCode, output.Text, errors.Text);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && (output.Overflowed || errors.Overflowed))
        {
            return TooMuch();
        }
    }

    private ScannerResult TooMuch() => ScannerResult.Failed(Reasons.Limits, $"killed: it printed more than {_options.MaxOutput} bytes (max_output)");

    private string Fill(string argument, string sample)
    {
        foreach (var (name, path) in _options.Files)
        {
            argument = argument.Replace($"{{{name}}}", path, StringComparison.Ordinal);
        }

        return argument.Replace("{sample}", sample, StringComparison.Ordinal);
    }
}
