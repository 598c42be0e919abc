using MailScanBridge.Scanning;
using MailScanBridge.Telemetry;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Urls;

/// <summary>
/// A file of bad URLs, read again when it changes, without a gap: the old list answers until the new one is in memory, and goes
/// on where the new one cannot be read. A file that is not there yet is an empty list, and said so. Safe for concurrent use.
/// </summary>
public sealed class UrlList : IUrlSource
{
    private readonly UrlListOptions _options;
    private readonly ILogger _logger;
    private readonly string _shortName;
    private volatile UrlListTable? _table;
    private (DateTime Written, long Length)? _seen;

    public UrlList(UrlListOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _shortName = Path.GetFileNameWithoutExtension(options.Path);
    }

    public string Name => _options.Name;

    public string? Version => _table is { } table ? $"{table.Count} entries ({table.Fingerprint})" : null;

    public bool IsRemote => false;

    public ValueTask<ScannerResult> LookUpAsync(UrlToLookUp url, CancellationToken cancellationToken)
    {
        if (_table is not { } table)
        {
            return ValueTask.FromResult(ScannerResult.Failed(Reasons.ToolDown, $"{_options.Path} has not been read"));
        }

        return ValueTask.FromResult(table.Find(url.Keys) is { } name
            ? ScannerResult.Scanned(new Finding(name, _options.Verdict, _options.Score, $"on the list {Name}"))
            : ScannerResult.Scanned());
    }

    /// <summary>Reads the file if it changed since it was last read. Not safe for concurrent use with itself.</summary>
    public void Refresh(CancellationToken cancellationToken)
    {
        var file = new FileInfo(_options.Path);
        (DateTime, long)? now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
        if (now == _seen && (_table is not null || now is null))
        {
            if (_table is null && _seen is null && !_toldMissing)
            {
                _toldMissing = true;
                Log.UrlListUnread(_logger, Name, $"{_options.Path} does not exist");
            }

            return;
        }

        _seen = now;
        try
        {
            var table = UrlListTable.Load(_options.Path, _shortName, cancellationToken);
            _table = table;
            Log.UrlListRead(_logger, Name, table.Count);
            if (table.Malformed > 0)
            {
                Log.UrlListMalformed(_logger, Name, table.Malformed, table.FirstMalformed!);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.UrlListUnread(_logger, Name, e.Message);
        }
    }

    private bool _toldMissing;
}

/// <summary>A file of bad URLs.</summary>
/// <param name="Name">As verdicts and logs call it.</param>
/// <param name="Path">Absolute path.</param>
/// <param name="Verdict">What an entry means; malicious by default.</param>
/// <param name="Score">Its score, 0 to 100.</param>
public sealed record UrlListOptions(string Name, string Path, VerdictKind Verdict = VerdictKind.Malicious, int Score = 90);
