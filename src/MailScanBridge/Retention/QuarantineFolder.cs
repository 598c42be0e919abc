using System.Text;
using System.Text.RegularExpressions;
using MailScanBridge.Intake;

namespace MailScanBridge.Retention;

/// <summary>
/// The quarantine's directory: <c>SHA256.zip</c> and, beside it, <c>SHA256.json</c>. A zip that is there is whole, and its JSON was there
/// before it. Used by the daemon and by commands at the same time: what changes two files takes the lock first.
/// </summary>
internal sealed partial class QuarantineFolder(string path, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string PartialSuffix = ".partial";
    private static readonly TimeSpan s_lockWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(20);

    public string Path => path;

    public static bool IsSha256(string text) => Sha256Shape().IsMatch(text);

    public string ZipOf(string sha256) => System.IO.Path.Combine(path, sha256 + ".zip");

    public string EntryOf(string sha256) => System.IO.Path.Combine(path, sha256 + ".json");

    /// <summary>A name under which half-written files stand: never taken for anything, and gone at the next start.</summary>
    public string NewPartial() => System.IO.Path.Combine(path, $"{Guid.NewGuid():n}{PartialSuffix}");

    /// <summary>Makes the directory, and clears what a crash left of files that were being written or removed. Gives their number.</summary>
    public int Prepare()
    {
        Directory.CreateDirectory(path, OwnerOnly);
        File.SetUnixFileMode(path, OwnerOnly);
        var left = Directory.EnumerateFiles(path, "*" + PartialSuffix)
            .Concat(Directory.EnumerateFiles(path, "*.json").Where(json => !File.Exists(System.IO.Path.ChangeExtension(json, ".zip"))))
            .ToList();
        left.ForEach(File.Delete);
        return left.Count;
    }

    public bool Has(string sha256) => File.Exists(ZipOf(sha256));

    /// <summary>Everything that is kept. Its age counts from when it was last seen, which the zip's own time says.</summary>
    public IEnumerable<Kept> All() =>
        new DirectoryInfo(path).EnumerateFiles("*.zip")
            .Select(zip => System.IO.Path.GetFileNameWithoutExtension(zip.Name))
            .Where(IsSha256)
            .Select(Find)
            .OfType<Kept>();

    /// <summary>One entry; null where it is not there.</summary>
    public Kept? Find(string sha256)
    {
        var zip = new FileInfo(ZipOf(sha256));
        return zip.Exists ? new Kept(sha256, new DateTimeOffset(zip.LastWriteTimeUtc, TimeSpan.Zero), zip.Length + Size(new FileInfo(EntryOf(sha256)))) : null;
    }

    /// <summary>Keeps others from changing entries. Held for moments only: a zip is written before, under another name.</summary>
    /// <exception cref="IOException">Somebody held it for 10 s, or the disk refuses.</exception>
    public async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                var file = new FileStream(System.IO.Path.Combine(path, ".lock"), new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
                LibC.GiveToOwnerOf(path, file.SafeFileHandle);
                return file;
            }
            catch (IOException e) when (e.HResult == LibC.WouldBlock && time.GetElapsedTime(started) < s_lockWithin)
            {
                await Task.Delay(s_lockPause, time, cancellationToken);
            }
        }
    }

    /// <summary>Writes an entry's JSON whole, then gives the zip its name if it is new. Needs the lock.</summary>
    public void Put_NeedsLock(QuarantineEntry entry, string? newZip)
    {
        var partial = NewPartial();
        try
        {
            using (var file = new FileStream(partial, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                file.Write(Encoding.UTF8.GetBytes(entry.ToJson() + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, EntryOf(entry.Sha256), overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }

        var zip = newZip ?? ZipOf(entry.Sha256);
        File.SetLastWriteTimeUtc(zip, entry.LastKept.UtcDateTime);
        if (newZip is not null)
        {
            LibC.FlushDirectory(path); // The JSON's name first: a zip that is there has one.
            File.Move(newZip, ZipOf(entry.Sha256));
        }

        LibC.FlushDirectory(path);
    }

    /// <summary>Removes an entry; false where there is none. Needs the lock.</summary>
    public bool Remove_NeedsLock(string sha256)
    {
        var there = Has(sha256);
        File.Delete(ZipOf(sha256));
        File.Delete(EntryOf(sha256));
        return there;
    }

    private static long Size(FileInfo file)
    {
        try
        {
            return file.Exists ? file.Length : 0;
        }
        catch (FileNotFoundException)
        {
            return 0; // Removed by a command in this moment.
        }
    }

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Sha256Shape();
}
