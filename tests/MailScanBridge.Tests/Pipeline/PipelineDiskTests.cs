using System.IO.Compression;
using MailScanBridge.Queue;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>What becomes of requests when the disk is full, refuses, or holds what nobody asked about.</summary>
public sealed class PipelineDiskTests : IAsyncLifetime
{
    private static readonly byte[] s_text = "hello"u8.ToArray();
    private readonly PipelineHost _host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_full_disk_refuses_requests_and_the_daemon_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk();
        await using var host = new PipelineHost(disk.Path);
        await host.StartAsync();
        var node = await TestNode.ConnectAsync(host);
        node.Ask(1, s_text);
        Assert.Equal(("clean", ""), await node.VerdictAsync(1));
        disk.Fill();
        var asked = new List<ulong>();
        await Wait.UntilAsync(
            () =>
            {
                var seqno = 2UL + (ulong)asked.Count;
                asked.Add(seqno);
                node.Ask(seqno, s_text, r => r with { Path = "" });
                node.Acknowledge(1);
                return host.Count("mailscan.journal.failed") > 3;
            },
            "requests to be refused");
        Assert.True(host.IsRunning);
        var refused = asked.Where(a => !node.Accepted.Contains(a)).ToList();
        Assert.NotEmpty(refused);

        disk.Empty();
        foreach (var seqno in asked)
        {
            node.Ask(Make.Request(seqno));
        }

        foreach (var seqno in asked)
        {
            Assert.Equal(("error", "custody"), await node.VerdictAsync(seqno));
        }

        Assert.True(host.IsRunning);
        Assert.Contains(host.Log.Lines, l => l.Contains(" 2002: ", StringComparison.Ordinal));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_file_larger_inside_than_the_disk_ends_with_the_cause_and_holds_up_no_other()
    {
        using var disk = new SmallDisk();
        _host.Parts = _host.Parts with
        {
            Custody = _host.Parts.Custody with { Store = Path.Combine(disk.Path, "store") },
            Pipeline = _host.Parts.Pipeline with { Workers = 1 },
            Replies = _host.Parts.Replies with { AnswerWithin = TimeSpan.FromSeconds(2) },
        };
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, Zipped(4 * 1024 * 1024));
        node.Ask(2, s_text);

        Assert.Equal(("clean", ""), await node.VerdictAsync(2));
        Assert.DoesNotContain(node.Verdicts, v => v[3].AsCount() == 1);
        Assert.Equal(("error", "gave_up"), await node.VerdictAsync(1));
        Assert.Contains("No space left", node.Verdicts.First(v => v[3].AsCount() == 1)[7].AsString(), StringComparison.Ordinal);
        await _host.StopAsync();
    }

    [Fact]
    public async Task A_store_that_is_full_for_a_while_is_no_answer()
    {
        using var disk = new SmallDisk();
        _host.Parts = _host.Parts with { Custody = _host.Parts.Custody with { Store = Path.Combine(disk.Path, "store") } };
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        disk.Fill();
        var request = node.Extract(1, new byte[20_000]);
        node.Ask(request);
        await Wait.UntilAsync(() => _host.Count("mailscan.journal.failed") == 1, "the disk's refusal");
        Assert.DoesNotContain(1UL, node.Accepted);
        Assert.True(File.Exists(request.Path));

        disk.Empty();
        node.Ask(request);

        Assert.Equal(("unscanned", "no_scanner"), await node.VerdictAsync(1));
        await _host.StopAsync();
    }

    [Fact]
    public async Task A_file_that_cannot_be_deleted_is_tried_again_at_the_next_start()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, s_text);
        await node.VerdictAsync(1);
        var stored = Path.Combine(_host.State, "store", "files", Make.Request(1).RequestKey.FileName);
        File.Delete(stored);
        Directory.CreateDirectory(Path.Combine(stored, "no file"));
        node.Acknowledge(1);
        await Wait.UntilAsync(() => _host.Log.Lines.Any(l => l.Contains(" 8000: ", StringComparison.Ordinal)), "the refusal to be logged");

        for (var start = 0; start < 2; start++)
        {
            await _host.StopAsync();
            Assert.Equal(RequestState.Closed, Assert.Single(await _host.RowsAsync()).State);
            var refusals = Refusals();
            await _host.StartAsync();
            await Wait.UntilAsync(() => Refusals() > refusals, "the refusal at the next start");
        }

        int Refusals() => _host.Log.Lines.Count(l => l.Contains(" 8000: ", StringComparison.Ordinal));

        await _host.StopAsync();
        Directory.Delete(stored, recursive: true);
        await File.WriteAllTextAsync(stored, "can be deleted", Wait.Token);
        await _host.StartAsync();
        await Wait.UntilAsync(() => !File.Exists(stored), "the file to be deleted");
        await _host.StopAsync();
        Assert.Equal(RequestState.Done, Assert.Single(await _host.RowsAsync()).State);
    }

    [Fact]
    public async Task A_file_in_the_store_without_a_request_is_named_at_the_start()
    {
        await _host.StartAsync();
        await _host.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(_host.State, "store", "files", "left.1.1"), "left", Wait.Token);

        await _host.StartAsync();

        await Wait.UntilAsync(
            () => _host.Log.Lines.Any(l => l.Contains(" 2004: ", StringComparison.Ordinal) && l.Contains("left.1.1", StringComparison.Ordinal)), "the file to be named");
    }

    [Fact]
    public async Task A_file_in_the_spool_that_nobody_asks_about_is_named_and_stays_and_is_taken_when_asked_about()
    {
        _host.Parts = _host.Parts with { Custody = _host.Parts.Custody with { StrayAfter = TimeSpan.FromMilliseconds(200) } };
        var young = Path.Combine(_host.Spool, "young");
        await File.WriteAllTextAsync(young, "still written", Wait.Token);
        File.SetLastWriteTimeUtc(young, DateTime.UtcNow.AddHours(1));
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        var left = node.Extract(1, s_text);

        await Wait.UntilAsync(() => Told().Any(), "the file to be named");
        Assert.All(Told(), l => Assert.DoesNotContain("young", l, StringComparison.Ordinal));
        Assert.True(File.Exists(left.Path));

        node.Ask(left);
        Assert.Equal(("clean", ""), await node.VerdictAsync(1));
        Assert.False(File.Exists(left.Path));
        Assert.True(File.Exists(young));
        Assert.Single(Told());
        await _host.StopAsync();

        IEnumerable<string> Told() => _host.Log.Lines.Where(l => l.Contains(" 8010: ", StringComparison.Ordinal) && l.Contains("file-1", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>A zip of letters in no order: far smaller than what is in it, and within every ratio.</summary>
    private static byte[] Zipped(int size)
    {
        var letters = new Random(4711).GetItems<byte>("ab"u8, size);
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry("letters.txt").Open())
        {
            entry.Write(letters);
        }

        return zip.ToArray();
    }
}
