using System.Diagnostics;
using Xunit;

namespace MailScanBridge.Tests.Support;

/// <summary>A file system of one mebibyte that can be filled; the test is skipped where mounting is not allowed.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk()
    {
        Assert.SkipUnless(Posix.IsRoot, "mounting a small file system needs root");
        Path = Directory.CreateTempSubdirectory("mailscan-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", Path) != 0)
        {
            Directory.Delete(Path);
            Assert.Skip("this machine does not allow mounting, even to root");
        }
    }

    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Leaves no block free.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    public void Empty() => File.Delete(Ballast);

    public void Dispose()
    {
        _ = Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
