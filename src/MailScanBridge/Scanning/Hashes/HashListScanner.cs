using System.Security.Cryptography;
using MailScanBridge.Unpacking;

namespace MailScanBridge.Scanning.Hashes;

/// <summary>
/// Knows files by their hash, from a list that is read again when it changes; the old one answers until the new one is there.
/// In a list of bad files a hit is malicious. In a list of good files a hit by SHA-256 is proof of the content; what is inside it, and
/// what mandatory steps say, still counts. A miss proves nothing. Safe for concurrent use.
/// </summary>
public sealed class HashListScanner : IScanner
{
    private readonly HashListOptions _options;
    private volatile Loaded _loaded;

    private HashListScanner(string name, HashListOptions options, Loaded loaded)
    {
        Name = name;
        _options = options;
        _loaded = loaded;
    }

    public string Name { get; }

    public string? Version => _loaded.List.Version;

    public bool LooksAtContent => false;

    /// <summary>Lines of the list that are no hash: the first ten, each with file and line.</summary>
    public IReadOnlyList<string> Malformed => _loaded.List.Malformed;

    /// <summary>Reads the list.</summary>
    /// <exception cref="FormatException">None of its lines is a hash; the message names file and line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static HashListScanner Load(string name, HashListOptions options) => new(name, options, Loaded.From(options.Path));

    /// <summary>Reads the list again whenever it has changed, until cancelled; ends without an exception.</summary>
    /// <param name="time">For the pauses.</param>
    /// <param name="tell">Told of each reload: null, or why the new list cannot be used and the old one stays. Said once for each change.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async Task KeepFreshAsync(TimeProvider time, Action<string?> tell, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.Reload, time);
        object? refused = null;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var stamp = Loaded.StampOf(_options.Path);
                if (stamp.Equals(_loaded.Stamp) || stamp.Equals(refused))
                {
                    continue;
                }

                try
                {
                    _loaded = await Task.Run(() => Loaded.From(_options.Path), cancellationToken);
                    tell(null);
                }
                catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
                {
                    refused = stamp;
                    tell(e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The daemon stops.
        }
    }

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
    {
        var list = _loaded.List;
        if (list.Find(Convert.FromHexString(item.Sha256)) is { } name)
        {
            return Hit(name, "SHA-256", forgeable: false);
        }

        try
        {
            if (list.HasSha1 && list.Find(await ContentHash.OfAsync(HashAlgorithmName.SHA1, item.Path, cancellationToken)) is { } bySha1)
            {
                return Hit(bySha1, "SHA-1", forgeable: true);
            }

            if (list.HasMd5 && list.Find(await ContentHash.OfAsync(HashAlgorithmName.MD5, item.Path, cancellationToken)) is { } byMd5)
            {
                return Hit(byMd5, "MD5", forgeable: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ScannerResult.Failed(Reasons.ToolDown, e.Message);
        }

        return ScannerResult.NoOpinion();
    }

    private ScannerResult Hit(string name, string by, bool forgeable)
    {
        if (!_options.KnownGood)
        {
            return ScannerResult.NoOpinion(new Finding(name.Length > 0 ? name : "known bad", VerdictKind.Malicious, 100, $"in the list of bad files by {by}"));
        }

        var known = $"in the list of good files by {by}{(name.Length > 0 ? $" as {name}" : "")}";
        return forgeable
            ? ScannerResult.NoOpinion() with { Detail = $"{known}, which can be forged and proves nothing" }
            : ScannerResult.Scanned() with { Detail = known, KnownGood = true };
    }

    /// <summary>A list, and how its file looked before it was read: a change while it is read is seen at the next look.</summary>
    private sealed record Loaded(HashList List, (long Size, DateTime Written) Stamp)
    {
        public static Loaded From(string path)
        {
            var stamp = StampOf(path);
            return new Loaded(HashList.Load(path), stamp);
        }

        public static (long Size, DateTime Written) StampOf(string path)
        {
            try
            {
                var file = new FileInfo(path);
                if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                {
                    file = target;
                }

                return (file.Length, file.LastWriteTimeUtc);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return (-1, default); // Reading it says why.
            }
        }
    }
}
