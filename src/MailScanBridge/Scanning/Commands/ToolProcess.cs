using System.ComponentModel;
using CliWrap;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Scanning.Sandboxing;

namespace MailScanBridge.Scanning.Commands;

/// <summary>What a tool left behind.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors, bool Overflowed);

/// <summary>Starts a configured tool, in the sandbox or without, and collects what it prints. Safe for concurrent use.</summary>
internal sealed class ToolProcess(CommandOptions options, Sandbox sandbox)
{
    private const int MaxErrors = 64 * 1024;

    /// <summary>Why this tool may not be started on this machine; null where it may.</summary>
    public string? Refusal => options.Sandbox == SandboxMode.Required && sandbox.Unavailable is { } why
        ? $"no sandbox: {why}. Without one it runs only if its option sandbox is if_available or off"
        : null;

    private readonly bool _canLimit = CommandScanner.FindProgram("prlimit") is not null;

    /// <summary>Whether what it may use is limited: in the sandbox, and without one on this machine wherever prlimit is.</summary>
    public bool IsLimited => IsSandboxed || (options.Sandbox == SandboxMode.IfAvailable && _canLimit);

    public bool IsSandboxed => options.Sandbox != SandboxMode.Off && sandbox.Unavailable is null;

    /// <summary>Runs program and arguments to their end.</summary>
    /// <param name="command">Without a shell; <c>{sample}</c> and the names of files are filled in.</param>
    /// <param name="sample">Absolute path of what is scanned; null for a run without.</param>
    /// <param name="cancellationToken">Kills everything the tool started, and throws.</param>
    /// <param name="read">Reads its output as it comes, instead of having it in the result; what this throws kills the tool and is thrown here.</param>
    /// <exception cref="ToolFaultException">It could not be started.</exception>
    public async Task<ToolRun> RunAsync(IReadOnlyList<string> command, string? sample, CancellationToken cancellationToken, Action<Stream>? read = null)
    {
        if (Refusal is { } refusal)
        {
            throw new ToolFaultException(refusal, isTransient: false);
        }

        using var kill = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = new CappedText(options.MaxOutput, kill);
        var errors = new CappedText(MaxErrors, kill);
        var reader = read is null ? null : new OutputReader(read, kill);
        var input = new SampleInput(IsSandboxed && Sandbox.AsRoot ? sample : null);
        var mark = IsSandboxed ? new RunMark() : null;
        var endedByItself = false;
        var line = (mark is not null ? InSandbox(command, sample, mark) : Bare(command, sample))
            .WithValidation(CommandResultValidation.None)
            .WithStandardInputPipe(input.Source)
            .WithStandardOutputPipe(reader?.Target ?? output.Target)
            .WithStandardErrorPipe(errors.Target);
        try
        {
            var result = await await ProcessStarter.StartAsync(() => line.ExecuteAsync(kill.Token).Task);
            if (IsLimited && (Sandbox.Failure(errors.Text) ?? input.Failure) is { } failure)
            {
                throw new ToolFaultException(failure, isTransient: false);
            }

            endedByItself = result.ExitCode <= KilledBySignal;

            // The tool may have ended before it could be killed for this; whether that still counts as cancelled is not relied on.
            reader?.Failure?.Throw();
            return new ToolRun(result.ExitCode, output.Text, errors.Text, output.Overflowed || errors.Overflowed);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && reader?.Failure is { } failure)
        {
            failure.Throw();
            throw;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && (output.Overflowed || errors.Overflowed))
        {
            return new ToolRun(-1, "", "", Overflowed: true);
        }
        catch (Win32Exception e)
        {
            throw new ToolFaultException($"cannot be started: {e.Message}", isTransient: e.NativeErrorCode == TryAgain, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolFaultException(e.Message, isTransient: false, e); // The sample cannot be read.
        }
        finally
        {
            if (!endedByItself)
            {
                mark?.KillLeft();
            }
        }
    }

    private const int KilledBySignal = 128; // Above it: 128 and the signal's number.
    private const int TryAgain = 11; // EAGAIN: too many processes for the moment

    private Command InSandbox(IReadOnlyList<string> command, string? sample, RunMark mark)
    {
        var program = command[0].StartsWith('/') && File.Exists(command[0]) ? command.Take(1) : [];
        return Cli.Wrap("bwrap").WithEnvironmentVariables(variables => variables.Set(RunMark.Name, mark.Value)).WithArguments(SandboxArguments.Make(
            Sandbox.AsRoot, options.Limits, options.Timeout, options.Environment, [.. options.Files.Values, .. options.Read, .. program], sample, [.. command.Select(a => Fill(a, Sandbox.SamplePath))]));
    }

    private Command Bare(IReadOnlyList<string> command, string? sample)
    {
        IReadOnlyList<string> line = [.. IsLimited ? SandboxArguments.LimitsAlone(options.Limits, options.Timeout) : [], command[0], .. command.Skip(1).Select(a => Fill(a, sample ?? ""))];
        return Cli.Wrap(line[0])
            .WithArguments(line.Skip(1))
            .WithWorkingDirectory(sample is null ? Path.GetTempPath() : Path.GetDirectoryName(sample)!)
            .WithEnvironmentVariables(Environment());
    }

    /// <summary>The daemon's own environment, which may hold secrets, stays with the daemon.</summary>
    private Dictionary<string, string?> Environment()
    {
        var variables = System.Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(n => n != "PATH").ToDictionary(n => n, _ => (string?)null);
        variables["LANG"] = "C.UTF-8";
        foreach (var (name, value) in options.Environment)
        {
            variables[name] = value;
        }

        return variables;
    }

    private string Fill(string argument, string sample)
    {
        foreach (var (name, path) in options.Files)
        {
            argument = argument.Replace($"{{{name}}}", path, StringComparison.Ordinal);
        }

        return argument.Replace("{sample}", sample, StringComparison.Ordinal);
    }
}
