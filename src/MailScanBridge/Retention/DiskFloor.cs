namespace MailScanBridge.Retention;

/// <summary>Bytes to leave free on the file systems that the daemon works on. 0: no floor.</summary>
public sealed record DiskOptions
{
    /// <summary>Of the spool, default 512 MiB. Below it the daemon says so, in log and metric: what to do about it is Zeek's side's to say.</summary>
    public long SpoolMinFree { get; init; } = 512L << 20;

    /// <summary>
    /// Of journal and store, default 512 MiB. Below it no new request is accepted (<c>mailscan.disk.refused</c>), so that Zeek sends again; those
    /// that are accepted are scanned and answered.
    /// </summary>
    public long StateMinFree { get; init; } = 512L << 20;
}

/// <summary>
/// Watches one file system's free bytes against a floor. Once below, it counts as low until a tenth more than the floor is free, so that it
/// does not flap. What cannot be measured counts as low. Checked by one thread, asked by any.
/// </summary>
internal sealed class DiskFloor(string path, long minFree, Func<string, long>? freeBytes = null)
{
    private readonly Func<string, long> _freeBytes = freeBytes ?? FreeBytes;
    private volatile bool _low;

    public string Path => path;

    public long MinFree => minFree;

    /// <summary>Whether the floor is not kept, as of the last check.</summary>
    public bool IsLow => _low;

    /// <summary>Free bytes as of the last check; 0 where they cannot be measured.</summary>
    public long Free { get; private set; }

    /// <summary>Measures. True where <see cref="IsLow"/> has changed.</summary>
    public bool Check()
    {
        try
        {
            Free = _freeBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Free = 0;
        }

        var before = _low;
        _low = minFree > 0 && Free < (before ? minFree + (minFree / 10) : minFree);
        return _low != before;
    }

    /// <summary>Bytes that this process may still write on the file system of a path.</summary>
    /// <exception cref="IOException">It cannot be asked.</exception>
    public static long FreeBytes(string path) => new DriveInfo(path).AvailableFreeSpace;
}
