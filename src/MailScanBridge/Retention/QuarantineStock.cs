namespace MailScanBridge.Retention;

/// <summary>
/// What is in the quarantine's directory, known without a look at each file: to look at thousands for each one more would cost more than
/// to write it. The directory's own time tells whether somebody else has been there since. Not safe for concurrent use.
/// </summary>
internal sealed class QuarantineStock(QuarantineFolder folder)
{
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private readonly SortedSet<(DateTimeOffset Since, string Name)> _oldestFirst = [];
    private DateTime? _changed;

    /// <summary>Of everything that is kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>From the oldest on.</summary>
    public IEnumerable<Kept> OldestFirst => _oldestFirst.Select(k => _kept[k.Name]);

    /// <summary>Reads the directory, unless it is as it was when <see cref="Settle"/> was called last.</summary>
    public void LookAgain()
    {
        if (_changed is null || _changed != ChangedAt())
        {
            Forget();
            foreach (var kept in folder.All())
            {
                Add(kept);
            }
        }
    }

    /// <summary>
    /// Notes that the changes to the directory until now are known here. What a command removed since <see cref="LookAgain"/> is not, and counts until
    /// the next sweep.
    /// </summary>
    public void Settle() => _changed = ChangedAt();

    /// <summary>Forgets everything: <see cref="LookAgain"/> will look.</summary>
    public void Forget()
    {
        _changed = null;
        _kept.Clear();
        _oldestFirst.Clear();
        Bytes = 0;
    }

    /// <summary>Takes in an entry as it is now, or that it is gone.</summary>
    public void Update(string sha256)
    {
        if (_kept.Remove(sha256, out var old))
        {
            Bytes -= old.Bytes;
            _oldestFirst.Remove((old.Since, sha256));
        }

        if (folder.Find(sha256) is { } kept)
        {
            Add(kept);
        }
    }

    private void Add(Kept kept)
    {
        _kept[kept.Name] = kept;
        _oldestFirst.Add((kept.Since, kept.Name));
        Bytes += kept.Bytes;
    }

    private DateTime ChangedAt() => Directory.GetLastWriteTimeUtc(folder.Path);
}
