using System.Diagnostics;
using System.Runtime.InteropServices;
using MailScanBridge.Intake;
using Xunit;

namespace MailScanBridge.Tests.Support;

/// <summary>An ext4 file system in a file, for the faults that memory has not; the test is skipped where it cannot be made.</summary>
internal sealed partial class LoopDisk : IDisposable
{
    private const nuint Shutdown = 0x8004587d; // EXT4_IOC_SHUTDOWN
    private readonly string _image = System.IO.Path.GetTempFileName();

    public LoopDisk()
    {
        Assert.SkipUnless(Posix.IsRoot, "mounting a file system needs root");
        Path = Directory.CreateTempSubdirectory("mailscan-loop-").FullName;
        using (var image = File.OpenWrite(_image))
        {
            image.SetLength(16 * 1024 * 1024);
        }

        if (Run("mkfs.ext4", "-q", "-F", _image) != 0 || Run("mount", "-o", "loop,errors=remount-ro", _image, Path) != 0)
        {
            Directory.Delete(Path);
            File.Delete(_image);
            Assert.Skip("this machine has no mkfs.ext4, or no loop device to mount");
        }
    }

    public string Path { get; }

    /// <summary>From now on everything that must reach the disk, or come from it, fails with EIO.</summary>
    public void Break()
    {
        Assert.Equal(0, LibC.OpenNoFollow(Path, out var handle));
        using (handle)
        {
            var withoutLog = 2;
            if (IoCtl((int)handle.DangerousGetHandle(), Shutdown, ref withoutLog) != 0)
            {
                Assert.Skip($"this kernel does not let ext4 be shut down: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    /// <summary>As an operator would, or a kernel that met an error; false while a file is open for writing.</summary>
    public bool RemountReadOnly() => Run("mount", "-o", "remount,ro", Path) == 0;

    public bool RemountWritable() => Run("mount", "-o", "remount,rw", Path) == 0;

    /// <summary>What a kernel does that finds the file system damaged: read-only from now on, open files too.</summary>
    public void TurnReadOnly()
    {
        var device = File.ReadLines("/proc/mounts").Select(l => l.Split(' ')).First(m => m[1] == Path)[0];
        var trigger = $"/sys/fs/ext4/{System.IO.Path.GetFileName(device)}/trigger_fs_error";
        Assert.SkipUnless(File.Exists(trigger), $"this kernel has no {trigger}");
        File.WriteAllText(trigger, "1");
    }

    public void Dispose()
    {
        _ = Run("umount", "-l", Path);
        Directory.Delete(Path);
        File.Delete(_image);
    }

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1; // No such program.
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoCtl(int fd, nuint request, ref int argument);
}
