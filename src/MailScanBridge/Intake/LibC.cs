using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailScanBridge.Intake;

/// <summary>
/// The few Linux calls that custody needs and .NET does not offer: opening without following links, and asking what an
/// open file really is. <c>statx(2)</c> is used because its structure is the same on every architecture.
/// </summary>
internal static partial class LibC
{
    public const int NotFound = 2; // ENOENT
    public const int InputOutput = 5; // EIO
    public const int WouldBlock = 11; // EWOULDBLOCK: somebody else holds the lock
    public const int CrossDevice = 18; // EXDEV
    public const int NoSpace = 28; // ENOSPC
    public const int ReadOnlyDisk = 30; // EROFS
    public const int OverQuota = 122; // EDQUOT
    public const int TooManyLinks = 40; // ELOOP: O_NOFOLLOW met a symbolic link

    private const int AtFdCwd = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const int AtEmptyPath = 0x1000;
    private const uint StatxBasicStats = 0x7ff;
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int AppendOnly = 0x400;
    private const int NonBlock = 0x800;
    private const int CloseOnExec = 0x80000;

    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Opens for reading without following a link in the last component and without waiting for a FIFO's writer. 0, or an errno.</summary>
    public static int OpenNoFollow(string path, out SafeFileHandle handle)
    {
        var fd = Open(path, ReadOnly | NonBlock | CloseOnExec | NoFollow, 0);
        var error = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        handle = new SafeFileHandle(fd, ownsHandle: true);
        return error;
    }

    /// <summary>Opens for appending without following a link in the last component; made with mode 0600 where it is missing. 0, or an errno.</summary>
    public static int OpenToAppend(string path, out SafeFileHandle handle)
    {
        var fd = Open(path, WriteOnly | Create | AppendOnly | NonBlock | CloseOnExec | NoFollow, 0x180);
        var error = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        handle = new SafeFileHandle(fd, ownsHandle: true);
        return error;
    }

    /// <summary>The user whose permissions this process has.</summary>
    public static uint EffectiveUser => GetEUid();

    /// <summary>Where root has made a file in a directory of somebody else's, that one gets it: the daemon must be able to open what a command of root's made.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void GiveToOwnerOf(string directory, SafeFileHandle handle)
    {
        if (EffectiveUser == 0 && StatNoFollow(directory, out var owner) == 0 && Stat(handle, out var file) == 0 && owner.Uid != file.Uid
            && FChOwn((int)handle.DangerousGetHandle(), owner.Uid, owner.Gid) != 0)
        {
            throw new IOException($"A file in {directory} cannot be given to that directory's owner: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>What an open file is. 0, or an errno.</summary>
    public static int Stat(SafeFileHandle handle, out FileStatus status) =>
        StatX((int)handle.DangerousGetHandle(), "", AtEmptyPath, StatxBasicStats, out status) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>What stands at a path, links not followed. 0, or an errno.</summary>
    public static int StatNoFollow(string path, out FileStatus status) =>
        StatX(AtFdCwd, path, AtSymlinkNoFollow, StatxBasicStats, out status) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Renames within one file system. 0, or an errno.</summary>
    public static int Rename(string from, string to) => RenameCall(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Puts the names in a directory on the disk.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void FlushDirectory(string path)
    {
        var error = OpenNoFollow(path, out var handle);
        using (handle)
        {
            if (error != 0)
            {
                throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
            }

            RandomAccess.FlushToDisk(handle);
        }
    }

    /// <summary>The first fields of <c>struct statx</c> (256 bytes, linux/stat.h).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(48)] public ulong Blocks;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;

        public readonly bool IsRegular => (Mode & 0xf000) == 0x8000;

        public readonly bool IsDirectory => (Mode & 0xf000) == 0x4000;

        /// <summary>When it was last moved, or changed in any other way (<c>ctime</c>); nobody can set it.</summary>
        public readonly DateTimeOffset Changed => DateTimeOffset.FromUnixTimeSeconds(ChangedSeconds);

        public readonly bool IsSameFile(in FileStatus other) =>
            Inode == other.Inode && DeviceMajor == other.DeviceMajor && DeviceMinor == other.DeviceMinor;

        public readonly string Type => (Mode & 0xf000) switch
        {
            0x8000 => "a regular file",
            0xa000 => "a symbolic link",
            0x4000 => "a directory",
            0x1000 => "a FIFO",
            0xc000 => "a socket",
            0x2000 or 0x6000 => "a device",
            _ => "of an unknown type",
        };
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEUid();

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChOwn(int fd, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int dirfd, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameCall(string from, string to);
}
