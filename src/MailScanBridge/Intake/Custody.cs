using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailScanBridge.Intake;

/// <summary>
/// Takes files out of the spool into the store. A request names a path; what stands there may be anything: it is opened
/// without following links, must be a regular file with one link directly inside the spool, is moved, and what arrived in
/// the store must be the very file that was opened. Safe for concurrent use.
/// </summary>
internal sealed class Custody
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string PartialSuffix = ".partial";
    private readonly string _spool;
    private readonly string _files;
    private readonly string _rejected;

    /// <summary>Creates the store's directories, mode 0700, where they are missing, and clears copies that a crash left half done: their originals are still in the spool.</summary>
    public Custody(CustodyOptions options)
    {
        _spool = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Spool));
        _files = Path.Combine(Path.GetFullPath(options.Store), "files");
        _rejected = Path.Combine(Path.GetFullPath(options.Store), "rejected");
        Directory.CreateDirectory(options.Store, OwnerOnly);
        File.SetUnixFileMode(options.Store, OwnerOnly);
        Directory.CreateDirectory(_files, OwnerOnly);
        Directory.CreateDirectory(_rejected, OwnerOnly);
        Directory.CreateDirectory(WorkDirectory = Path.Combine(Path.GetFullPath(options.Store), "work"), OwnerOnly);
        File.SetUnixFileMode(WorkDirectory, OwnerOnly);
        foreach (var partial in Directory.EnumerateFiles(_files, "*" + PartialSuffix))
        {
            File.Delete(partial);
        }
    }

    /// <summary>
    /// Takes the file of a request. Asking again for the same key finds what an earlier call moved, so that a crash
    /// between the move and the journal's commit loses nothing.
    /// </summary>
    /// <exception cref="IOException">The store's disk is full, read-only or broken: nothing was taken, ask again.</exception>
    public ScanRequest Take(FileRequest request)
    {
        var key = request.RequestKey;
        var name = key.FileName;
        var target = Path.Combine(_files, name);
        if (LibC.StatNoFollow(target, out var held) == 0 && held.IsRegular)
        {
            return new ScanRequest { File = request, StoreName = name };
        }

        var failure = Move(request.Path, target);
        return failure is null
            ? new ScanRequest { File = request, StoreName = name }
            : new ScanRequest { File = request, CustodyFailure = failure };
    }

    /// <summary>Where files are unpacked, mode 0700; a directory in it lives as long as a scan.</summary>
    public string WorkDirectory { get; }

    /// <summary>A directory to unpack one file in: made with the first part, mode 0700, since most files have none.</summary>
    public string WorkDirectoryOf(string name) => Path.Combine(WorkDirectory, name);

    /// <summary>Where what was swapped is set aside.</summary>
    public string RejectedDirectory => _rejected;

    /// <summary>Absolute path of a file in the store.</summary>
    public string PathOf(string storeName) => Path.Combine(_files, storeName);

    /// <summary>Names of all files in the store, for the sweep at start.</summary>
    public IEnumerable<string> StoredNames() => Directory.EnumerateFiles(_files).Select(p => Path.GetFileName(p)!);

    private string? Move(string path, string target)
    {
        if (path.Length == 0)
        {
            return "Zeek extracted no file";
        }

        if (Path.GetDirectoryName(path) != _spool || path.Contains('\0') || Path.GetFileName(path) is "" or "." or "..")
        {
            return $"the path is not directly inside the spool {_spool}: {Printable.Text(path)}";
        }

        var error = LibC.OpenNoFollow(path, out var handle);
        using (handle)
        {
            if (error != 0)
            {
                return error switch
                {
                    LibC.NotFound => "there is no such file in the spool (removed, or claimed by an earlier request)",
                    LibC.TooManyLinks => "the path is a symbolic link",
                    _ => $"the file cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}",
                };
            }

            error = LibC.Stat(handle, out var opened);
            if (error != 0)
            {
                return $"the file cannot be examined: {Marshal.GetPInvokeErrorMessage(error)}";
            }

            if (!opened.IsRegular || opened.Links != 1)
            {
                return !opened.IsRegular ? $"the path is {opened.Type}" : $"the file has {opened.Links} links";
            }

            error = LibC.Rename(path, target);
            return error switch
            {
                0 => Verify(target, opened),
                LibC.CrossDevice => Copy(handle, path, target, opened),
                LibC.NoSpace or LibC.OverQuota or LibC.ReadOnlyDisk or LibC.InputOutput => throw new IOException($"{target}: {Marshal.GetPInvokeErrorMessage(error)}", error),
                _ => $"the file cannot be moved into the store: {Marshal.GetPInvokeErrorMessage(error)}",
            };
        }
    }

    /// <summary>The name was moved, but was it still the opened file? If not, someone swapped it: set it aside.</summary>
    private string? Verify(string target, in LibC.FileStatus opened)
    {
        var error = LibC.StatNoFollow(target, out var moved);
        if (error == 0 && moved.IsRegular && moved.Links == 1 && moved.IsSameFile(opened))
        {
            return null;
        }

        var aside = Path.Combine(_rejected, $"{Path.GetFileName(target)}.{Guid.NewGuid():n}");
        error = LibC.Rename(target, aside);
        return error == 0
            ? $"the file was replaced while it was being taken; what stood there is {aside}"
            : $"the file was replaced while it was being taken: {Marshal.GetPInvokeErrorMessage(error)}";
    }

    /// <summary>
    /// Spool and store on different file systems: copy from the open file, and remove the name, which must still be that file's
    /// only one: a file outside that was linked into the spool has one link again as soon as that link is gone. What a path leads to and how
    /// many links that has are two looks, between which the link can go and come; so the proof is that the open file has no name left.
    /// </summary>
    private string? Copy(SafeFileHandle source, string path, string target, in LibC.FileStatus opened)
    {
        var partial = target + PartialSuffix;
        try
        {
            using var from = new FileStream(source, FileAccess.Read, bufferSize: 0);
            using (var to = new FileStream(partial, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                from.CopyTo(to, 1 << 16);
                to.Flush(flushToDisk: true);
            }

            if (LibC.StatNoFollow(path, out var now) != 0 || now.Links != 1 || !now.IsSameFile(opened))
            {
                File.Delete(partial);
                return "the file was replaced while it was being taken";
            }

            // The copy's name must be on the disk before the original goes.
            File.Move(partial, target, overwrite: true);
            LibC.FlushDirectory(Path.GetDirectoryName(target)!);
            File.Delete(path);
            if (LibC.Stat(source, out var left) == 0 && left.Links == 0)
            {
                return null;
            }

            var aside = Path.Combine(_rejected, $"{Path.GetFileName(target)}.{Guid.NewGuid():n}");
            File.Move(target, aside);
            return $"the file was replaced while it was being taken; what was read is {aside}";
        }
        catch (IOException e) when (e.HResult is LibC.NoSpace or LibC.OverQuota or LibC.ReadOnlyDisk or LibC.InputOutput)
        {
            Discard(partial);
            throw; // The store's fault, and perhaps over soon: no answer to the request.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discard(partial);
            return $"the file cannot be copied into the store: {e.Message}";
        }
    }

    private static void Discard(string partial)
    {
        try
        {
            File.Delete(partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The same disk that refused the copy: the next copy under this name overwrites what stays.
        }
    }
}
