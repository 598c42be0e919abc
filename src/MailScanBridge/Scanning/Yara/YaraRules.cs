using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Scanning.Sandboxing;

namespace MailScanBridge.Scanning.Yara;

/// <summary>Rules that compiled.</summary>
/// <param name="Path">Of the compiled rules.</param>
/// <param name="Files">How many rule files are in them.</param>
/// <param name="Bad">What was left out, with the compiler's word.</param>
internal sealed record YaraSet(string Path, int Files, IReadOnlyList<string> Bad);

/// <summary>
/// Compiles rule files: each alone first, so that a bad one is left out and the rest serve; then the good ones together, each
/// in a namespace of its own. One compilation at a time.
/// </summary>
internal sealed class YaraRules(YaraOptions options, Sandbox sandbox, string directory)
{
    private readonly RuleFiles _files = new(options.Rules);
    private readonly Dictionary<RuleFile, string?> _checked = [];
    private int _generation;

    /// <summary>The rule files as they are now: a change in this list means that there is something to compile.</summary>
    public IReadOnlyList<RuleFile> Look() => _files.Look();

    /// <summary>Compiles; the set has no rule file where none is good.</summary>
    /// <exception cref="ToolFaultException">The compiler cannot be run, or does not take the good files together.</exception>
    public async Task<YaraSet> CompileAsync(IReadOnlyList<RuleFile> files, CancellationToken cancellationToken)
    {
        var good = new List<string>();
        var bad = new List<string>();
        foreach (var file in files)
        {
            if (!_checked.TryGetValue(file, out var problem))
            {
                problem = await RunAsync([file.Path], Path.Combine(directory, "alone.yac"), cancellationToken);
                _checked[file] = problem;
            }

            (problem is null ? good : bad).Add(problem is null ? file.Path : $"{file.Path}: {problem}");
        }

        var compiled = Path.Combine(directory, $"rules-{++_generation}.yac");
        if (good.Count > 0 && await RunAsync([.. good.Select((path, i) => $"f{i}:{path}")], compiled, cancellationToken) is { } together)
        {
            throw new ToolFaultException($"the rule files do not compile together: {together}", isTransient: false);
        }

        File.Delete(Path.Combine(directory, $"rules-{_generation - 2}.yac")); // the one before may still be in use
        return new YaraSet(compiled, good.Count, bad);
    }

    /// <summary>What yarac says against some files; null where it takes them. Rules are the operator's own, and so is what they include: no sandbox.</summary>
    private async Task<string?> RunAsync(IReadOnlyList<string> sources, string target, CancellationToken cancellationToken)
    {
        var compiler = new ToolProcess(options.Command with { Sandbox = SandboxMode.Off }, sandbox);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            var run = await compiler.RunAsync(["yarac", "-w", .. sources, target], null, limit.Token);
            return run.ExitCode == 0 && !run.Overflowed ? null : CommandOutput.FirstLine(run.Errors + run.Output);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "does not compile within 2 minutes";
        }
    }
}
