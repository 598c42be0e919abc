using MailScanBridge.Intake;
using Xunit;

namespace MailScanBridge.Tests.Support;

/// <summary>A folder in /dev/shm, gone after the test; the test is skipped where that is the same file system.</summary>
internal sealed class FolderOnAnotherFileSystem : IDisposable
{
    public FolderOnAnotherFileSystem(string than)
    {
        const string memory = "/dev/shm";
        Assert.SkipUnless(Directory.Exists(memory), $"there is no {memory} on this machine");
        _ = LibC.StatNoFollow(memory, out var there);
        _ = LibC.StatNoFollow(than, out var here);
        Assert.SkipWhen(
            (there.DeviceMajor, there.DeviceMinor) == (here.DeviceMajor, here.DeviceMinor), $"{memory} and {than} are the same file system on this machine");
        Path = Directory.CreateDirectory($"{memory}/mailscan-test-{Guid.NewGuid():n}").FullName;
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
