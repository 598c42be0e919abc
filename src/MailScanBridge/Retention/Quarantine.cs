using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using MailScanBridge.Verdicts;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Retention;

/// <summary>
/// Keeps files with a bad verdict, each content once, in an encrypted zip with a note of where it came from; makes room by age, bytes
/// and free space. Each removal is an audit line. Safe for concurrent use; works on one file at a time.
/// </summary>
internal sealed class Quarantine : IDisposable
{
    private const long Overhead = 64 * 1024; // Of a zip and its JSON, at most, as reckoned before they are written.
    private readonly QuarantineOptions _options;
    private readonly QuarantineFolder _folder;
    private readonly QuarantineStock _stock;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly MailScanMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Func<string, long> _freeBytes;
    private readonly SemaphoreSlim _one = new(1);
    private bool _toldOfSpace;

    /// <param name="options">What to keep.</param>
    /// <param name="audit">Told what is removed.</param>
    /// <param name="time">For ages.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="logger">Told of trouble, once each.</param>
    /// <param name="freeBytes">Bytes free on the file system of a path; the disk's own answer unless given.</param>
    public Quarantine(QuarantineOptions options, AuditLog audit, TimeProvider time, MailScanMetrics metrics, ILogger logger, Func<string, long>? freeBytes = null)
    {
        _options = options;
        _folder = new QuarantineFolder(options.Path, time);
        _stock = new QuarantineStock(_folder);
        _audit = audit;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _freeBytes = freeBytes ?? DiskFloor.FreeBytes;
    }

    /// <summary>Makes the directory and clears what a crash left half done.</summary>
    public void Prepare()
    {
        if (_folder.Prepare() is var cleared && cleared > 0)
        {
            Log.QuarantineCleared(_logger, cleared, _options.Path);
        }
    }

    /// <summary>Whether a file with this verdict is kept.</summary>
    public bool Wants(Verdict verdict) => _options.Verdicts.Contains(verdict.Kind);

    /// <summary>Notes that a file is not kept, since too many wait for that.</summary>
    public void LeaveOut(RequestKey key, bool tell)
    {
        _metrics.QuarantineNotKept("behind");
        if (tell)
        {
            Log.QuarantineNotKept(_logger, key, $"{_options.MaxWaiting} files wait to be kept (quarantine.max_waiting)");
        }
    }

    /// <summary>
    /// Keeps a file if its verdict is one of those to keep. True: it may leave the store now (it is kept, need not be, or there is no room
    /// for it, which is counted and logged). False: the disk refused, and the file should stay where it is until a later try.
    /// </summary>
    public async Task<bool> KeepAsync(string path, FileRequest request, Verdict verdict, CancellationToken cancellationToken)
    {
        if (!Wants(verdict))
        {
            return true;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            _stock.LookAgain();
            await KeepOneAsync(path, request, verdict, cancellationToken);
            _stock.Settle();
            return true;
        }
        catch (FileNotFoundException e) when (e.FileName == path)
        {
            return true; // It left the store before a crash; nothing leaves the store before it is kept.
        }
        catch (IOException e) when (e.HResult is LibC.NoSpace or LibC.OverQuota)
        {
            NotKept(request.RequestKey, "space", e.Message);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Log.QuarantineFailed(_logger, request.RequestKey, _options.Path, e.Message);
            _metrics.QuarantineFailed();
            return false;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Removes what is too old, too much, or in the way of the floor.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            _stock.Forget();
            _stock.LookAgain();
            await MakeRoomAsync(0, cancellationToken);
            _stock.Settle();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.SweepFailed(_logger, _options.Path, e.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task KeepOneAsync(string path, FileRequest request, Verdict verdict, CancellationToken cancellationToken)
    {
        var (sha256, size) = QuarantineZip.Examine(path);
        var origin = QuarantineOrigin.Of(request, verdict, _time.GetUtcNow());
        if (await AddOriginAsync(sha256, origin, cancellationToken))
        {
            _metrics.QuarantineKept(isNew: false);
            return;
        }

        if (size + Overhead > _options.MaxBytes)
        {
            NotKept(request.RequestKey, "size", $"it has {size} bytes, more than quarantine.max_bytes ({_options.MaxBytes}) leaves room for");
            return;
        }

        if (!await MakeRoomAsync(size + Overhead, cancellationToken))
        {
            NotKept(request.RequestKey, "space", $"the file system of {_options.Path} has less than quarantine.min_free ({_options.MinFree} bytes) free");
            return;
        }

        var partial = _folder.NewPartial();
        try
        {
            QuarantineZip.Write(path, sha256, partial, _options.Password, origin.Kept, cancellationToken);
            using var held = await _folder.LockAsync(cancellationToken);
            _folder.Put_NeedsLock(
                new QuarantineEntry
                {
                    Sha256 = sha256,
                    Size = size,
                    DetectedType = verdict.DetectedType,
                    FirstKept = origin.Kept,
                    LastKept = origin.Kept,
                    OriginsTotal = 1,
                    Origins = [origin],
                },
                partial);
            _stock.Update(sha256);
        }
        finally
        {
            File.Delete(partial);
        }

        _toldOfSpace = false;
        _metrics.QuarantineKept(isNew: true);
    }

    /// <summary>Notes one more origin of a content that is here; false where it is not.</summary>
    private async Task<bool> AddOriginAsync(string sha256, QuarantineOrigin origin, CancellationToken cancellationToken)
    {
        if (!_folder.Has(sha256))
        {
            return false;
        }

        using var held = await _folder.LockAsync(cancellationToken);
        if (!_folder.Has(sha256))
        {
            return false; // Removed by a command in this moment.
        }

        QuarantineEntry entry;
        try
        {
            entry = QuarantineEntry.Read(_folder.EntryOf(sha256));
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            Log.SweepFailed(_logger, _folder.EntryOf(sha256), e.Message);
            _folder.Remove_NeedsLock(sha256); // A zip without its note; it is kept anew, with a sound one.
            _stock.Update(sha256);
            return false;
        }

        _folder.Put_NeedsLock(entry.With(origin, _options.MaxOrigins), newZip: null);
        _stock.Update(sha256);
        return true;
    }

    /// <summary>Removes the oldest until age, bytes and floor are kept with so much more. False where the floor cannot be.</summary>
    private async Task<bool> MakeRoomAsync(long more, CancellationToken cancellationToken)
    {
        var missing = _options.MinFree + more - _freeBytes(_options.Path);
        var cap = Math.Min(_options.MaxBytes - more, missing > 0 && _options.MinFree > 0 ? _stock.Bytes - missing : long.MaxValue);
        var leaving = OldestFirst.Leaving(_stock.OldestFirst, _stock.Bytes, _time.GetUtcNow(), _options.MaxAge, cap).ToList();
        if (leaving.Count > 0)
        {
            using var held = await _folder.LockAsync(cancellationToken);
            foreach (var (kept, why) in leaving)
            {
                var cause = why == RemovalCause.Bytes && cap < _options.MaxBytes - more ? RemovalCause.Space : why;
                var removed = _folder.Remove_NeedsLock(kept.Name);
                _stock.Update(kept.Name);
                if (removed)
                {
                    _metrics.QuarantineRemoved(cause);
                    Log.QuarantineRemoved(_logger, kept.Name, kept.Since, cause);
                    _audit.TryAppend(AuditCaller.Daemon, "quarantine.remove", ("sha256", kept.Name), ("why", cause.ToString().ToLowerInvariant()));
                }
            }
        }

        return _options.MinFree == 0 || _freeBytes(_options.Path) - more >= _options.MinFree;
    }

    private void NotKept(RequestKey key, string why, string detail)
    {
        _metrics.QuarantineNotKept(why);
        if (why != "space" || !_toldOfSpace)
        {
            _toldOfSpace |= why == "space";
            Log.QuarantineNotKept(_logger, key, detail);
        }
    }
}
