namespace MailScanBridge.Intake;

/// <summary>
/// Finds what lies in the spool and nobody asks about. The requests are not looked at: what was asked about has been moved out. Used by one
/// task at a time.
/// </summary>
internal sealed class SpoolStrays(CustodyOptions options, TimeProvider time)
{
    private HashSet<string> _told = [];

    /// <summary>How many there are, and the names, in order, of those that were not there at the last look.</summary>
    /// <exception cref="IOException">The spool cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public (int Count, IReadOnlyList<string> New) Look()
    {
        var before = time.GetUtcNow() - options.StrayAfter;
        var found = new DirectoryInfo(options.Spool).EnumerateFiles()
            .Where(f => f.LastWriteTimeUtc < before && f.Exists) // Read anew: it may have been moved out just now.
            .Select(f => f.Name)
            .ToHashSet();
        List<string> news = [.. found.Except(_told).Order(StringComparer.Ordinal)];
        _told = found;
        return (found.Count, news);
    }
}
