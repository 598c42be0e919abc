using System.Security.Cryptography;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailScanBridge.Scanning.Yara;

/// <summary>
/// Runs yara over an item with all rules that compile. Rules are looked at again from time to time; where a change cannot be
/// used, the last good set stays. Safe for concurrent use.
/// </summary>
public sealed class YaraScanner : IScanner
{
    private readonly YaraOptions _options;
    private readonly Sandbox _sandbox;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly YaraRules _rules;
    private readonly SemaphoreSlim _loading = new(1);
    private IReadOnlyList<RuleFile> _seen = [];
    private string? _seenTool;
    private long _looked;
    private volatile CommandScanner? _scanner;
    private volatile string? _version;

    /// <param name="name">As configuration, routes and verdicts call it.</param>
    /// <param name="options">Rules and command.</param>
    /// <param name="directory">Absolute path of a directory of its own for compiled rules; made where it is not there.</param>
    /// <param name="sandbox">This machine's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of rule files that are left out, and of sets that are kept.</param>
    public YaraScanner(string name, YaraOptions options, string directory, Sandbox sandbox, TimeProvider time, ILogger? logger = null)
    {
        Name = name;
        _options = options;
        _sandbox = sandbox;
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        Directory.CreateDirectory(directory);
        foreach (var old in Directory.EnumerateFiles(directory, "*.yac"))
        {
            File.Delete(old);
        }

        _rules = new YaraRules(options, sandbox, directory);
    }

    public string Name { get; }

    public string? Version => _version;

    public bool LooksAtContent => _options.Command.LooksAtContent;

    /// <summary>Null where there are rules that compile and a yara that runs; otherwise what is missing.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        if (_rules.Look().Count == 0)
        {
            return $"no rules: none of {string.Join(", ", _options.Rules)} is a rule file or holds any (*.yar, *.yara)";
        }

        if (CommandScanner.FindProgram("yarac") is null)
        {
            return "yarac is not on this machine";
        }

        await LoadAsync(cancellationToken);
        return _scanner is { } scanner ? await scanner.ProbeAsync(cancellationToken) : "no rule file compiles";
    }

    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        var looked = Interlocked.Read(ref _looked);
        if (_time.GetElapsedTime(looked) > _options.Reload && Interlocked.CompareExchange(ref _looked, _time.GetTimestamp(), looked) == looked)
        {
            await LoadAsync(cancellationToken); // One item waits for the compiler; the others go on with the rules there are.
        }
    }

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        return _scanner is { } scanner ? await scanner.ScanAsync(item, cancellationToken) : ScannerResult.Failed(Reasons.ToolDown, "no rule file compiles");
    }

    /// <summary>Takes up the rules as they are now.</summary>
    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            Interlocked.Exchange(ref _looked, _time.GetTimestamp());
            var files = _rules.Look();
            var tool = ToolFingerprint.Of(_options.Command);
            if (_scanner is not null && files.SequenceEqual(_seen) && tool == _seenTool)
            {
                return;
            }

            (_seen, _seenTool) = (files, tool);
            var set = await _rules.CompileAsync(files, cancellationToken);
            if (set.Bad.Count > 0)
            {
                Log.BadRules(_logger, Name, set.Bad.Count, files.Count, Printable.Text(string.Join("; ", set.Bad.Take(3)), 500));
            }

            if (set.Files == 0)
            {
                throw new ToolFaultException("no rule file compiles", isTransient: false);
            }

            await UseAsync(set, cancellationToken);
        }
        catch (Exception e) when (e is ToolFaultException or IOException or UnauthorizedAccessException)
        {
            Log.RulesKept(_logger, Name, Printable.Text(e.Message, 300));
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task UseAsync(YaraSet set, CancellationToken cancellationToken)
    {
        File.SetUnixFileMode(set.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var scanner = new CommandScanner(Name, _options.Command with { Files = new Dictionary<string, string> { ["rules"] = set.Path } }, _sandbox, _time, _logger);
        await scanner.ProbeAsync(cancellationToken);
        await using var compiled = File.OpenRead(set.Path);
        var name = Convert.ToHexStringLower(await SHA256.HashDataAsync(compiled, cancellationToken))[..8];

        // The scanner first: what it finds may be remembered under the version before, but nothing of the one before under the new version.
        _scanner = scanner;
        _version = $"{scanner.ToolVersion} with {set.Files} rule files ({name}){(set.Bad.Count > 0 ? $", {set.Bad.Count} left out" : "")}";
    }
}
