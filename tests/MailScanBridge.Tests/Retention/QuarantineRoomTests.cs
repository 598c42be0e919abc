using System.Text.Json;
using MailScanBridge.Retention;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Retention;

/// <summary>How the quarantine makes room, and what it does when the disk has none.</summary>
public sealed class QuarantineRoomTests : IDisposable
{
    private QuarantineBench _bench = new();

    [Fact]
    public async Task What_is_older_than_the_limit_goes_and_what_was_seen_again_stays()
    {
        await _bench.KeepAsync(Content(1), 1);
        await _bench.KeepAsync(Content(2), 2);
        _bench.Time.Advance(TimeSpan.FromDays(60));
        await _bench.KeepAsync(Content(2), 3);
        _bench.Time.Advance(TimeSpan.FromDays(30.5));

        await _bench.Quarantine.SweepAsync(Wait.Token);

        Assert.Equal([false, true], new[] { 1, 2 }.Select(n => File.Exists(_bench.ZipOf(Content(n)))));
        Assert.Equal(2, _bench.Files.Count);
        Assert.Equal(1, _bench.Count("mailscan.quarantine.removed age"));
        using var line = JsonDocument.Parse(Assert.Single(_bench.AuditLines));
        Assert.Equal(
            ("daemon", "quarantine.remove", Make.Sha256(Content(1)), "age"),
            (Text("by"), Text("action"), Text("sha256"), Text("why")));

        string Text(string name) => line.RootElement.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task Beyond_the_bytes_allowed_the_oldest_go_first_and_a_larger_file_is_not_kept()
    {
        _bench = new QuarantineBench(o => o with { MaxBytes = 300_000 });
        for (var n = 1; n <= 4; n++)
        {
            await _bench.KeepAsync(Content(n, 100_000), (ulong)n);
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([false, false, true, true], new[] { 1, 2, 3, 4 }.Select(n => File.Exists(_bench.ZipOf(Content(n, 100_000)))));
        Assert.Equal(2, _bench.Count("mailscan.quarantine.removed bytes"));
        Assert.InRange(Directory.GetFiles(_bench.Options.Path).Sum(f => new FileInfo(f).Length), 1, 300_000);

        Assert.True(await _bench.KeepAsync(Content(5, 300_000), 5));
        Assert.Equal(1, _bench.Count("mailscan.quarantine.not_kept size"));
        Assert.Equal(4, _bench.Files.Count);
    }

    [Fact]
    public async Task What_a_command_removed_makes_room_and_what_was_seen_again_is_not_the_oldest()
    {
        _bench = new QuarantineBench(o => o with { MaxBytes = 500_000 });
        for (var n = 1; n <= 3; n++)
        {
            await KeepAsync(n);
        }

        var commands = new QuarantineFolder(_bench.Options.Path, _bench.Time);
        Assert.True(commands.Remove_NeedsLock(Make.Sha256(Content(2, 100_000))));
        await KeepAsync(4); // Of which three have room, with what is reckoned for one more.
        Assert.Equal([true, false, true, true], Kept(1, 2, 3, 4));

        await KeepAsync(1);
        await KeepAsync(5);
        await KeepAsync(6);
        Assert.Equal([true, false, true, true, true], Kept(1, 3, 4, 5, 6));
        Assert.Equal(1, _bench.Count("mailscan.quarantine.removed bytes"));

        async Task KeepAsync(int n)
        {
            await _bench.KeepAsync(Content(n, 100_000), (ulong)n);
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
        }

        IEnumerable<bool> Kept(params int[] numbers) => numbers.Select(n => File.Exists(_bench.ZipOf(Content(n, 100_000))));
    }

    [Fact]
    public async Task Below_the_floor_the_oldest_go_first_then_new_ones_are_not_kept_counted_and_told_once()
    {
        var elsewhere = 0L;
        _bench = new QuarantineBench(o => o with { MinFree = 500_000 });
        _bench.Free = () => 1_000_000 - elsewhere - Directory.GetFiles(_bench.Options.Path).Sum(f => new FileInfo(f).Length);
        for (var n = 1; n <= 3; n++)
        {
            await _bench.KeepAsync(Content(n, 100_000), (ulong)n);
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
        }

        elsewhere = 150_000;
        await _bench.KeepAsync(Content(4, 100_000), 4);
        Assert.Equal([false, true], new[] { 1, 4 }.Select(n => File.Exists(_bench.ZipOf(Content(n, 100_000)))));
        Assert.True(_bench.Free() >= 500_000);
        Assert.NotEqual(0, _bench.Count("mailscan.quarantine.removed space"));

        elsewhere = 900_000;
        for (var n = 5; n <= 7; n++)
        {
            Assert.True(await _bench.KeepAsync(Content(n), (ulong)n));
        }

        Assert.Empty(_bench.Files);
        Assert.Equal(3, _bench.Count("mailscan.quarantine.not_kept space"));
        Assert.Single(_bench.Log.Lines, l => l.Contains(" 8001: ", StringComparison.Ordinal));

        elsewhere = 0;
        await _bench.KeepAsync(Content(8), 8);
        Assert.True(File.Exists(_bench.ZipOf(Content(8))));
    }

    [Fact]
    public async Task A_full_disk_keeps_nothing_new_and_leaves_nothing_half_done()
    {
        using var disk = new SmallDisk();
        _bench = new QuarantineBench(directory: Path.Combine(disk.Path, "quarantine"));
        await _bench.KeepAsync(Content(1), 1);
        disk.Fill();

        Assert.True(await _bench.KeepAsync(Content(2, 50_000), 2));

        Assert.Equal(1, _bench.Count("mailscan.quarantine.not_kept space"));
        Assert.Equal(2, _bench.Files.Count);
        Assert.Equal(Content(1), _bench.SevenZip(_bench.ZipOf(Content(1)), "infected"));
        disk.Empty();
        await _bench.KeepAsync(Content(2, 50_000), 3);
        Assert.Equal(Content(2, 50_000), _bench.SevenZip(_bench.ZipOf(Content(2, 50_000)), "infected"));
    }

    [Fact]
    public async Task On_a_disk_that_is_read_only_the_file_stays_in_the_store_until_a_later_try()
    {
        using var disk = new LoopDisk();
        _bench = new QuarantineBench(directory: Path.Combine(disk.Path, "quarantine"));
        Assert.True(disk.RemountReadOnly());

        Assert.False(await _bench.KeepAsync(Content(1), 1));
        await _bench.Quarantine.SweepAsync(Wait.Token);

        Assert.Equal(1, _bench.Count("mailscan.quarantine.failed"));
        Assert.Contains(_bench.Log.Lines, l => l.Contains(" 8002: ", StringComparison.Ordinal) && l.Contains("Read-only", StringComparison.Ordinal));
        Assert.True(disk.RemountWritable());
        Assert.True(await _bench.KeepAsync(Content(1), 1));
        Assert.True(File.Exists(_bench.ZipOf(Content(1))));
    }

    [Fact]
    public async Task On_a_disk_that_fails_with_EIO_the_file_stays_in_the_store()
    {
        using var disk = new LoopDisk();
        _bench = new QuarantineBench(directory: Path.Combine(disk.Path, "quarantine"));
        await _bench.KeepAsync(Content(1), 1);
        disk.Break();

        Assert.False(await _bench.KeepAsync(Content(2), 2));
        Assert.False(await _bench.KeepAsync(Content(1), 3));
        await _bench.Quarantine.SweepAsync(Wait.Token);

        Assert.Equal(2, _bench.Count("mailscan.quarantine.failed"));
        Assert.Contains(_bench.Log.Lines, l => l.Contains(" 8002: ", StringComparison.Ordinal) && l.Contains("Input/output error", StringComparison.Ordinal));
    }

    public void Dispose() => _bench.Dispose();

    private static byte[] Content(int n, int size = 100)
    {
        var content = new byte[size];
        new Random(n).NextBytes(content); // Nothing that a zip could make smaller.
        return content;
    }
}
