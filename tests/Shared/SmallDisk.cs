using System.Diagnostics;

namespace MailScanBridge.Tests.Support;

/// <summary>A small file system in memory that can be filled; the test is skipped where mounting is not allowed.</summary>
internal sealed class SmallDisk : IDisposable
{
    /// <param name="path">Where, made; by default a directory of its own.</param>
    /// <param name="mebibytes">Its size.</param>
    public SmallDisk(string? path = null, int mebibytes = 1)
    {
        Xunit.Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small file system needs root");
        Path = path is null ? Directory.CreateTempSubdirectory("mailscan-disk-").FullName : Directory.CreateDirectory(path).FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", Path) != 0)
        {
            Directory.Delete(Path);
            Xunit.Assert.Skip("this machine does not allow mounting, even to root");
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
