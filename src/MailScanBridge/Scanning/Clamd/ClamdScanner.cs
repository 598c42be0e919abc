using System.Globalization;
using System.Net.Sockets;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Telemetry;
using MailScanBridge.Unpacking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailScanBridge.Scanning.Clamd;

/// <summary>
/// Asks a running clamd over its socket: the open file is passed (FILDES) or, where that does not work, its content travels
/// (INSTREAM); either way clamd needs no access to the store. One connection a scan, so many at a time. Safe for concurrent use.
/// </summary>
public sealed class ClamdScanner : IScanner
{
    private static readonly TimeSpan s_probeTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_versionAge = TimeSpan.FromMinutes(1);
    private readonly ClamdOptions _options;
    private readonly ToolGuard _guard;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _maxSize;
    private volatile string? _limit;
    private volatile bool _passFiles;
    private long _versionAsked;
    private readonly SemaphoreSlim _checking = new(1);
    private volatile Checked? _checked; // as it was when its limits were tried; null: never
    private volatile bool _wasGone;
    private volatile string? _useless;

    /// <param name="name">As configuration, routes and verdicts call it.</param>
    /// <param name="options">Where it is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told once when clamd is down, and once when it is back; and of an old database, and of limits below what is configured.</param>
    public ClamdScanner(string name, ClamdOptions options, TimeProvider time, ILogger? logger = null)
    {
        Name = name;
        _options = options;
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _guard = new ToolGuard(name, options.Guard, time, _logger);
        _maxSize = options.MaxSize;
        _passFiles = options.PassFiles && options.Address.StartsWith('/');
        _versionAsked = time.GetTimestamp();
    }

    public string Name { get; }

    public string? Version { get; private set; }

    public bool LooksAtContent => true;

    /// <summary>Asks clamd for its version and its database's; null where it does not answer.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        if (await TryAskAsync("VERSION", cancellationToken) is not { } reply || !reply.StartsWith("ClamAV ", StringComparison.Ordinal))
        {
            return Version = null;
        }

        var version = Printable.Text(reply["ClamAV ".Length..].TrimEnd('\0', '\n'), 60);
        if (version != Version && DatabaseTime(version) is { } made && _time.GetUtcNow() - made > _options.MaxDatabaseAge)
        {
            Log.OldDatabase(_logger, Name, version, _options.MaxDatabaseAge.TotalDays);
        }

        return Version = version;
    }

    /// <summary>
    /// Tries clamd's limits with samples over each: past them its OK would prove nothing, so that items larger than what it
    /// was seen to scan fail with <c>too_large</c>. What is lower than configured is logged.
    /// </summary>
    /// <returns>Null, or what makes this clamd useless.</returns>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        var made = SocketMade();
        _checked = new Checked(Version, made);
        _wasGone = false;
        var limits = await ClamdLimits.TryAsync(_options.MaxSize, async file => await _guard.RunAsync(token => AskAsync(file, token), cancellationToken));
        if (_wasGone || SocketMade() != made)
        {
            return _useless = "it went away while its limits were tried"; // Tried again with the next file: what was seen is two clamds', or none's.
        }

        if (limits is null)
        {
            return _useless = "it does not find EICAR: is its database loaded?";
        }

        _useless = null;

        if (limits.MaxSize < _options.MaxSize)
        {
            Log.LowLimits(_logger, Name, limits.MaxSize, _options.MaxSize);
        }

        if (!limits.TellsLimits)
        {
            Log.SilentLimits(_logger, Name);
        }

        _limit = limits.Limit;
        Interlocked.Exchange(ref _maxSize, limits.MaxSize);
        return null;
    }

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        await CheckAgainAsync(cancellationToken);
        if (_useless is { } useless)
        {
            return ScannerResult.Failed(Reasons.ToolDown, useless);
        }

        var maxSize = Interlocked.Read(ref _maxSize);
        if (item.Size > maxSize)
        {
            return ScannerResult.Failed(Reasons.TooLarge, $"{item.Size} bytes; this scanner takes {maxSize} ({(maxSize < _options.MaxSize ? $"clamd's own limit: {_limit}" : "max_size")})");
        }

        var result = await _guard.RunAsync(token => OpenAndAskAsync(item.Path, token), cancellationToken);
        return result.Reason == Reasons.Timeout && await TryAskAsync("PING", cancellationToken) != "PONG\0"
            ? ScannerResult.Failed(Reasons.ToolDown, $"{result.Detail}, nor to PING")
            : result;
    }

    /// <summary>The database changes under way: verdicts carry the version that scanned.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        var asked = Interlocked.Read(ref _versionAsked);
        if (_time.GetElapsedTime(asked) > s_versionAge && Interlocked.CompareExchange(ref _versionAsked, _time.GetTimestamp(), asked) == asked)
        {
            await ProbeAsync(cancellationToken);
        }
    }

    /// <summary>A clamd that was started again, or that has another version, may have other limits: nothing is scanned until they are tried.</summary>
    private async ValueTask CheckAgainAsync(CancellationToken cancellationToken)
    {
        if (_checked is null || IsAsChecked())
        {
            return;
        }

        await _checking.WaitAsync(cancellationToken);
        try
        {
            if (!IsAsChecked() && await ProbeAsync(cancellationToken) is not null && !IsAsChecked())
            {
                Log.LimitsAgain(_logger, Name, Version ?? "");
                await CheckAsync(cancellationToken);
            }
        }
        finally
        {
            _checking.Release();
        }
    }

    private bool IsAsChecked() => _useless is null && !_wasGone && _checked == new Checked(Version, SocketMade());

    /// <summary>When clamd made its socket, which it does at each start; of TCP nothing is known.</summary>
    private DateTime SocketMade() => _options.Address.StartsWith('/') ? File.GetLastWriteTimeUtc(_options.Address) : default;

    private async ValueTask<ScannerResult> OpenAndAskAsync(string path, CancellationToken cancellationToken)
    {
        FileStream content;
        try
        {
            content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ScannerResult.Failed(Reasons.ToolDown, e.Message); // Not clamd's fault.
        }

        await using (content)
        {
            return await AskAsync(content, cancellationToken);
        }
    }

    /// <summary>A connection that clamd refused or dropped, as it does while it reloads its database, is a fault that may pass.</summary>
    private async ValueTask<ScannerResult> AskAsync(FileStream content, CancellationToken cancellationToken)
    {
        try
        {
            if (_passFiles)
            {
                using var passing = await ClamdConnection.OpenAsync(_options.Address, cancellationToken);
                var reply = await passing.PassAsync(content.SafeFileHandle, cancellationToken);
                if (!ClamdReply.TakesNoFiles(reply))
                {
                    return ClamdReply.Parse(reply);
                }

                _passFiles = false;
            }

            content.Position = 0;
            using var streaming = await ClamdConnection.OpenAsync(_options.Address, cancellationToken);
            return ClamdReply.Parse(await streaming.StreamAsync(content, cancellationToken));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // Nobody there: whoever is next may be another. A connection that is dropped may be a file's doing, and says nothing.
            _wasGone |= e is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable };
            throw new ToolFaultException($"{_options.Address}: {e.Message}", isTransient: true, e);
        }
        catch (ArgumentException e)
        {
            throw new ToolFaultException($"{_options.Address}: {e.Message}", isTransient: false, e); // No address at all.
        }
    }

    private async Task<string?> TryAskAsync(string command, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_probeTime);
        try
        {
            using var connection = await ClamdConnection.OpenAsync(_options.Address, limit.Token);
            return await connection.AskAsync(command, limit.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or ArgumentException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null; // Not there: the caller says so.
        }
    }

    /// <summary>From <c>1.4.6/27000/Mon Jan  5 09:00:00 2026</c>; null where there is no database of ClamAV's own.</summary>
    private static DateTimeOffset? DatabaseTime(string version) =>
        version.Split('/') is [_, _, var made]
        && DateTimeOffset.TryParseExact(
            made, "ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite | DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>A clamd whose limits were tried.</summary>
    private sealed record Checked(string? Version, DateTime SocketMade);
}
