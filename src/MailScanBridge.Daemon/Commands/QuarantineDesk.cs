using System.Globalization;
using MailScanBridge.Retention;

namespace MailScanBridge.Daemon.Commands;

/// <summary>
/// What the quarantine's commands do. What changes or gives out something is written to the audit log, with what became of it; a file is given
/// out only once its line is on the disk.
/// </summary>
internal sealed class QuarantineDesk
{
    private readonly QuarantineOptions _options;
    private readonly QuarantineFolder _folder;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly AuditCaller _caller;

    /// <exception cref="QuarantineException">There is no quarantine.</exception>
    public QuarantineDesk(QuarantineOptions options, string auditLogPath, TimeProvider time, AuditCaller caller)
    {
        _options = options;
        _folder = new QuarantineFolder(options.Path, time);
        _audit = new AuditLog(auditLogPath, time);
        _time = time;
        _caller = caller;
        if (!Directory.Exists(options.Path))
        {
            throw new QuarantineException($"There is no quarantine at {options.Path}, or this user may not see it. The daemon makes it; another place: state in the configuration (--config), or MAILSCAN_STATE.");
        }
    }

    /// <summary>Prints what is kept, the latest first; with trouble on <paramref name="error"/>. Gives the process's exit code.</summary>
    public int List(TextWriter output, TextWriter error, bool asJson) => Guarded(() =>
    {
        var exit = 0;
        try
        {
            _audit.Append(_caller, "quarantine.list");
        }
        catch (IOException e)
        {
            error.WriteLine($"mailscan-bridge: no line in the audit log: {e.Message}");
            exit = 1;
        }

        var all = _folder.All().OrderByDescending(k => k.Since).ToList();
        if (!asJson)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"SHA256",-64}  {"LAST SEEN",-20}  {"SIZE",10}  {"VERDICT",-10}  {"SEEN",5}  NAMES, FILE NAME, SENDER"));
        }

        foreach (var kept in all)
        {
            try
            {
                var entry = QuarantineEntry.Read(_folder.EntryOf(kept.Name));
                output.WriteLine(asJson ? entry.ToJson() : Line(entry));
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                if (_folder.Has(kept.Name)) // Else it was removed in this moment.
                {
                    error.WriteLine($"{kept.Name}: {e.Message}");
                    exit = 1;
                }
            }
        }

        return exit;
    });

    /// <summary>Writes a kept file, unencrypted, under its hash into a directory.</summary>
    /// <exception cref="QuarantineException">It is not there, does not open, or may not be written.</exception>
    public void Restore(TextWriter output, string sha256, string directory, string? password, CancellationToken cancellationToken) => Guarded(() =>
    {
        var target = Path.Combine(Path.GetFullPath(directory), sha256);
        var entry = QuarantineEntry.Read(_folder.Has(sha256) ? _folder.EntryOf(sha256) : throw NotThere(sha256));
        _audit.Append(_caller, "quarantine.restore", ("sha256", sha256), ("to", target));
        FileStream to;
        try
        {
            to = new FileStream(target, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, // Neither overwrites nor follows a link.
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _audit.Append(_caller, "quarantine.restore_failed", ("sha256", sha256), ("why", e.Message));
            throw;
        }

        try
        {
            using (to)
            {
                QuarantineZip.Extract(_folder.ZipOf(sha256), sha256, password ?? _options.Password, to, entry.Size, cancellationToken);
                to.Flush(flushToDisk: true);
            }
        }
        catch (Exception e)
        {
            File.Delete(target); // Ours: it was made above.
            _audit.Append(_caller, "quarantine.restore_failed", ("sha256", sha256), ("why", e.Message));
            throw;
        }

        output.WriteLine($"{Printable.Text(target, 4096)}: {entry.Size} bytes, {Printable.Again(entry.Origins.FirstOrDefault()?.Verdict)}. Do not open it.");
        return 0;
    });

    /// <summary>Removes one file.</summary>
    /// <exception cref="QuarantineException">It is not there.</exception>
    public async Task<int> DeleteAsync(TextWriter output, string sha256, CancellationToken cancellationToken)
    {
        if (await RemoveAsync(output, [sha256], cancellationToken) == 0)
        {
            throw NotThere(sha256);
        }

        return 0;
    }

    /// <summary>Removes everything last seen longer ago than an age.</summary>
    public async Task<int> DeleteOlderAsync(TextWriter output, TimeSpan age, CancellationToken cancellationToken)
    {
        var limit = _time.GetUtcNow() - age;
        var old = Guarded(() => _folder.All().Where(k => k.Since < limit).OrderBy(k => k.Since).Select(k => k.Name).ToList());
        var removed = await RemoveAsync(output, old, cancellationToken);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{removed} removed"));
        return 0;
    }

    /// <summary>The line of the audit log comes after each removal: on a full disk, removing is what makes room for it.</summary>
    private async Task<int> RemoveAsync(TextWriter output, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var sha256 in hashes)
        {
            using var held = await GuardedAsync(() => _folder.LockAsync(cancellationToken));
            Guarded(() =>
            {
                if (_folder.Remove_NeedsLock(sha256))
                {
                    removed++;
                    output.WriteLine($"removed {sha256}");
                    _audit.Append(_caller, "quarantine.delete", ("sha256", sha256));
                }

                return 0;
            });
        }

        return removed;
    }

    private static string Line(QuarantineEntry entry)
    {
        var last = entry.Origins.Count > 0 ? entry.Origins[^1] : null;
        var names = string.Join(", ", (last?.Names ?? []).Take(3).Select(n => Printable.Again(n, 60)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{entry.Sha256}  {entry.LastKept:yyyy-MM-dd'T'HH:mm:ss'Z'}  {entry.Size,10}  {Printable.Again(last?.Verdict, 20),-10}  {entry.OriginsTotal,5}  {names}; \"{Printable.Again(last?.Filename, 80)}\"; {Printable.Again(last?.MailFrom, 80)}");
    }

    private QuarantineException NotThere(string sha256) => new($"{sha256} is not in the quarantine {_options.Path}.");

    private static T Guarded<T>(Func<T> work) => GuardedAsync(() => Task.FromResult(work())).GetAwaiter().GetResult();

    private static async Task<T> GuardedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new QuarantineException(e.Message, e);
        }
    }
}
