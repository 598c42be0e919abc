using MailScanBridge.Intake;
using MailScanBridge.Telemetry;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Retention;

/// <summary>
/// Ends a file's stay in the store, once its request is closed and it is quarantined if it must be, and never before; and keeps what was
/// set aside there from growing without end. Safe for concurrent use.
/// </summary>
internal sealed class Shelf(MailScanMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>Deletes a stored file. True when it is gone; false, with a log line, where the disk refuses.</summary>
    public bool Delete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.DeleteFailed(logger, path, e.Message);
            return false;
        }
    }

    /// <summary>
    /// Removes from a directory what was set aside longer ago than <paramref name="maxAge"/>, and the oldest beyond <paramref name="maxBytes"/>. What
    /// stands there may be anything: links are removed and not followed, and its age counts from the move into the directory (its
    /// change time), since the other times are its sender's to choose.
    /// </summary>
    public void SweepRejected(string directory, TimeSpan maxAge, long maxBytes)
    {
        try
        {
            var all = new DirectoryInfo(directory).EnumerateFileSystemInfos().Select(i => new Kept(i.FullName, ChangedAt(i.FullName), SizeOf(i))).OrderBy(k => k.Since).ToList();
            foreach (var (kept, why) in OldestFirst.Leaving(all, all.Sum(k => k.Bytes), time.GetUtcNow(), maxAge, maxBytes))
            {
                if (LibC.StatNoFollow(kept.Name, out var status) == 0 && status.IsDirectory)
                {
                    Directory.Delete(kept.Name, recursive: true);
                }
                else
                {
                    File.Delete(kept.Name);
                }

                metrics.RejectedRemoved(why);
                Log.RejectedRemoved(logger, kept.Name, why);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.SweepFailed(logger, directory, e.Message);
        }
    }

    private DateTimeOffset ChangedAt(string path) => LibC.StatNoFollow(path, out var status) == 0 ? status.Changed : time.GetUtcNow();

    private static long SizeOf(FileSystemInfo item) => item switch
    {
        { LinkTarget: not null } => 0,
        DirectoryInfo directory => directory.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Sum(f => f.Length),
        FileInfo file => file.Length,
        _ => 0,
    };
}
