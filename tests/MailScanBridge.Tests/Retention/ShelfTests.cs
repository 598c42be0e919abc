using MailScanBridge.Retention;
using MailScanBridge.Telemetry;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MailScanBridge.Tests.Retention;

/// <summary>What was set aside because it was swapped while it was taken does not stay for ever.</summary>
public sealed class ShelfTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow); // Change times are the kernel's own.
    private readonly LogRecorder _log = new();
    private readonly Shelf _shelf;

    public ShelfTests() => _shelf = new Shelf(new MailScanMetrics(), _time, _log);

    [Fact]
    public void What_was_set_aside_goes_in_time_whatever_it_is_and_links_are_not_followed()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder.Path, "elsewhere")).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "precious"), "precious");
        var rejected = Directory.CreateDirectory(Path.Combine(_folder.Path, "rejected")).FullName;
        File.WriteAllText(Path.Combine(rejected, "file"), "file");
        File.SetLastWriteTimeUtc(Path.Combine(rejected, "file"), DateTime.UtcNow.AddYears(50)); // What its sender says of it.
        File.CreateSymbolicLink(Path.Combine(rejected, "link"), elsewhere);
        File.CreateSymbolicLink(Path.Combine(rejected, "dangling"), "/nowhere");
        File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Path.Combine(rejected, "directory")).FullName, "inside"), elsewhere);
        Posix.MakeFifo(Path.Combine(rejected, "fifo"));

        _shelf.SweepRejected(rejected, TimeSpan.FromDays(7), 1000);
        Assert.Equal(5, Directory.GetFileSystemEntries(rejected).Length);

        _time.Advance(TimeSpan.FromDays(8));
        _shelf.SweepRejected(rejected, TimeSpan.FromDays(7), 1000);

        Assert.Empty(Directory.GetFileSystemEntries(rejected));
        Assert.True(File.Exists(Path.Combine(elsewhere, "precious")));
        Assert.Equal(5, _log.Lines.Count(l => l.Contains(" 8005: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Beyond_the_bytes_allowed_as_much_goes_as_must()
    {
        for (var n = 0; n < 5; n++)
        {
            File.WriteAllBytes(Path.Combine(_folder.Path, $"{n}"), new byte[100]);
        }

        _shelf.SweepRejected(_folder.Path, TimeSpan.FromDays(7), 250);

        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_told()
    {
        _shelf.SweepRejected(Path.Combine(_folder.Path, "gone"), TimeSpan.FromDays(7), 250);

        Assert.Contains(_log.Lines, l => l.Contains(" 8006: ", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
