using System.Globalization;
using System.Text;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Sandboxing;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Urls;

/// <summary>
/// A program of the user's that is run once a URL, as the command scanner runs one once an item: no shell, in the sandbox, proof of
/// success, findings by its rules, so many at a time, so long. The URL is one argument in printable ASCII, everything else in it
/// percent-encoded; one that begins with <c>-</c> could be an option, so it is not asked about and says so. Answers that prove
/// something are kept for a while. Safe for concurrent use.
/// </summary>
public sealed class UrlCommand : IUrlSource
{
    /// <summary>What stands for the URL in the command, as an argument of its own.</summary>
    public const string Placeholder = "{url}";

    private readonly UrlCommandOptions _options;
    private readonly CommandScanner _tool;
    private readonly AnswerCache<ScannerResult> _known;

    /// <param name="options">The program.</param>
    /// <param name="sandbox">This machine's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told once when it cannot be started, and once when it can again.</param>
    public UrlCommand(UrlCommandOptions options, Sandbox sandbox, TimeProvider time, ILogger logger)
    {
        _options = options;
        _tool = new CommandScanner(options.Name, options.Command, sandbox, time, logger);
        _known = new AnswerCache<ScannerResult>(options.MaxKept, options.Keep, time);
    }

    public string Name => _options.Name;

    public string? Version => _tool.Version;

    public bool IsRemote => true;

    /// <summary>Null where the program is there and answers; otherwise what is missing.</summary>
    public Task<string?> ProbeAsync(CancellationToken cancellationToken) => _tool.ProbeAsync(cancellationToken);

    public async ValueTask<ScannerResult> LookUpAsync(UrlToLookUp url, CancellationToken cancellationToken)
    {
        var argument = Encode(url.Url);
        if (argument.StartsWith('-'))
        {
            return ScannerResult.Failed(Reasons.Unsupported, "a URL that begins with - may be an option");
        }

        if (argument.Length > _options.MaxLength)
        {
            return ScannerResult.Failed(Reasons.Limits, $"longer than {_options.MaxLength} characters (max_length)");
        }

        await _tool.RefreshAsync(cancellationToken);
        var key = $"{_tool.Version}\n{argument}";
        if (_known.Find(key) is { } known)
        {
            return known;
        }

        var result = await _tool.RunAsync([.. _options.Command.Command.Select(a => a == Placeholder ? argument : a)], cancellationToken);
        if (result.Outcome != ScanOutcome.Failed)
        {
            _known.Keep(key, result);
        }

        return result;
    }

    /// <summary>Printable ASCII, without what has a meaning in command lines: space, braces, backslash and quotes are percent-encoded too.</summary>
    internal static string Encode(ReadOnlySpan<byte> url)
    {
        var text = new StringBuilder(url.Length);
        foreach (var b in url)
        {
            if (b is > (byte)' ' and < 0x7F and not ((byte)'{' or (byte)'}' or (byte)'"' or (byte)'\'' or (byte)'\\' or (byte)'`'))
            {
                text.Append((char)b);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        return text.ToString();
    }
}

/// <summary>A program that knows of bad URLs.</summary>
/// <param name="Name">As verdicts and logs call it.</param>
/// <param name="Command">How it is run and read; <c>{url}</c> in its command stands for the URL.</param>
public sealed record UrlCommandOptions(string Name, CommandOptions Command)
{
    /// <summary>Longest URL in characters as it is given to the program, 4,096 by default; beyond: <c>limits</c>.</summary>
    public int MaxLength { get; init; } = 4096;

    /// <summary>How long an answer is kept; 10 minutes by default. A failure is not.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Answers kept; 10,000 by default. Beyond, all are forgotten.</summary>
    public int MaxKept { get; init; } = 10_000;
}
