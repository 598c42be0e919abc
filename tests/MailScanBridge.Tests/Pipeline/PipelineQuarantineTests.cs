using MailScanBridge.Queue;
using MailScanBridge.Retention;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>A file's end in the whole pipeline: quarantined before it leaves the store; floors; traces that are gone over a restart.</summary>
public sealed class PipelineQuarantineTests : IAsyncLifetime
{
    private static readonly string s_sha256 = Make.Sha256(Make.Eicar);
    private readonly PipelineHost _host = new();

    private string Folder => _host.Parts.Quarantine.Path;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_malicious_file_is_quarantined_once_acknowledged_and_a_clean_one_is_not()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, Make.Eicar);
        node.Ask(2, "hello"u8.ToArray());
        Assert.Equal(("malicious", ""), await node.VerdictAsync(1));
        Assert.Equal(("clean", ""), await node.VerdictAsync(2));
        node.Acknowledge(1);
        node.Acknowledge(2);

        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "both to leave the store");
        Assert.Equal(s_sha256, Path.GetFileNameWithoutExtension(Assert.Single(Directory.GetFiles(Folder, "*.zip"))));
        await _host.StopAsync();
    }

    [Fact]
    public async Task What_waits_for_the_quarantine_holds_up_no_file_that_does_not()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        using (new FileStream(Path.Combine(Folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            node.Ask(1, Make.Eicar);
            await node.VerdictAsync(1);
            node.Acknowledge(1);
            node.Ask(2, "hello"u8.ToArray());
            await node.VerdictAsync(2);
            node.Acknowledge(2);

            await Wait.UntilAsync(() => _host.StoredFiles.Count == 1, "the clean file to leave the store");
            Assert.EndsWith(".1", _host.StoredFiles[0], StringComparison.Ordinal);
            node.Acknowledge(1); // once more: it waits once
        }

        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "the other to leave it");
        Assert.Single(Directory.GetFiles(Folder, "*.zip"));
        await _host.StopAsync();
        Assert.All(await _host.RowsAsync(), row => Assert.Equal(RequestState.Done, row.State));
    }

    [Fact]
    public async Task Beyond_the_most_that_may_wait_a_file_is_not_kept_which_is_counted_and_told_once()
    {
        _host.Parts = _host.Parts with { Quarantine = _host.Parts.Quarantine with { MaxWaiting = 0 } };
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        foreach (var seqno in (ulong[])[1, 2])
        {
            node.Ask(seqno, Make.Eicar);
            Assert.Equal(("malicious", ""), await node.VerdictAsync(seqno));
            node.Acknowledge(seqno);
        }

        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "both to leave the store");
        Assert.Empty(Directory.GetFiles(Folder, "*.zip"));
        Assert.Equal(2, _host.Count("mailscan.quarantine.not_kept"));
        Assert.Single(_host.Log.Lines, l => l.Contains("quarantine.max_waiting", StringComparison.Ordinal));
        await _host.StopAsync();
    }

    [Fact]
    public async Task A_crash_between_the_closing_and_the_quarantine_loses_no_file()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, Make.Eicar);
        await node.VerdictAsync(1);
        await _host.StopAsync();
        _host.Execute("UPDATE requests SET state = 2, logged = 1");

        await _host.StartAsync();

        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "the file to leave the store");
        await _host.StopAsync();
        Assert.True(File.Exists(Path.Combine(Folder, s_sha256 + ".zip")));
        Assert.Equal(RequestState.Done, Assert.Single(await _host.RowsAsync()).State);
    }

    [Fact]
    public async Task Below_the_floor_of_the_state_nothing_new_is_accepted_and_what_is_accepted_is_answered()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        var known = node.Extract(1, "hello"u8.ToArray());
        node.Ask(known);
        await node.VerdictAsync(1);
        await _host.StopAsync();
        _host.Parts = _host.Parts with { Disk = new DiskOptions { SpoolMinFree = long.MaxValue / 2, StateMinFree = long.MaxValue / 2 } };
        await _host.StartAsync();
        await node.GreetAsync();
        var refused = node.Extract(2, "hello"u8.ToArray());
        var before = node.Verdicts.Count;
        node.Ask(refused);
        node.Ask(known);

        await Wait.UntilAsync(() => _host.Count("mailscan.disk.refused") == 1 && node.Verdicts.Count > before, "one refusal and one answer");
        Assert.DoesNotContain(2UL, node.Accepted);
        Assert.True(File.Exists(refused.Path));
        Assert.Equal(2, _host.Log.Lines.Count(l => l.Contains(" 8008: ", StringComparison.Ordinal)));
        await _host.StopAsync();
    }

    [Fact]
    public async Task Verdicts_that_a_node_never_acknowledges_are_given_up_beyond_their_limit_and_their_files_go()
    {
        _host.Parts = _host.Parts with { Replies = _host.Parts.Replies with { MaxUnacknowledged = 2 } };
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        for (var seqno = 1UL; seqno <= 5; seqno++)
        {
            node.Ask(seqno, "hello"u8.ToArray());
        }

        await Wait.UntilAsync(() => _host.Count("mailscan.verdicts.given_up") == 3 && _host.StoredFiles.Count == 2, "three of five to be given up");
        Assert.Contains(_host.Log.Lines, l => l.Contains(" 7001: More than 2 verdicts", StringComparison.Ordinal));
        Assert.Equal(5, _host.LogLines.Count);
        await _host.StopAsync();
    }

    [Fact]
    public async Task A_trace_that_said_good_bye_is_gone_after_a_restart_too()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Publish(SensorEvents.Bye("nobody", 1, trace: true, 1));
        node.Publish(SensorEvents.Bye(TestNode.Name, 7, trace: true, 1));
        node.Ask(1, "hello"u8.ToArray());
        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0 && node.Verdicts.Count > 0, "the file to leave the store");
        Assert.Equal(1, _host.Count("mailscan.byes.ignored"));

        node.Ask(2, "hello"u8.ToArray());
        node.Publish(SensorEvents.Bye(TestNode.Name, 7, trace: true, 1));
        await Wait.UntilAsync(() => node.Verdicts.Any(v => v[3].AsCount() == 2), "the second verdict");
        await _host.StopAsync();
        _host.Execute("UPDATE requests SET state = 1 WHERE seqno = 2");
        await _host.StartAsync();
        await Wait.UntilAsync(() => _host.Log.Lines.Count(l => l.Contains(" 2003: ", StringComparison.Ordinal)) == 2, "the start");
        await Wait.UntilAsync(() => _host.StateOf(2) != RequestState.Answered, "the request to be closed");
        await _host.StopAsync();
        Assert.All(await _host.RowsAsync(), r => Assert.NotEqual(RequestState.Answered, r.State));
    }

    [Fact]
    public async Task What_a_crash_left_of_a_copy_is_cleared_at_the_start()
    {
        await _host.StartAsync();
        await _host.StopAsync();
        var partial = Path.Combine(_host.State, "store", "files", "host%2fzeek.7.1.partial");
        await File.WriteAllTextAsync(partial, "half", Wait.Token);

        await _host.StartAsync();
        await _host.StopAsync();

        Assert.False(File.Exists(partial));
    }

    [Fact]
    public async Task A_state_that_turns_read_only_accepts_nothing_and_the_daemon_goes_on()
    {
        using var disk = new LoopDisk();
        await using var host = new PipelineHost(disk.Path);
        await host.StartAsync();
        var node = await TestNode.ConnectAsync(host);
        node.Ask(1, "hello"u8.ToArray());
        Assert.Equal(("clean", ""), await node.VerdictAsync(1));
        disk.TurnReadOnly();
        var request = node.Extract(2, "hello"u8.ToArray());
        node.Ask(request);

        await Wait.UntilAsync(() => host.Count("mailscan.journal.failed") > 0, "the refusal");
        Assert.DoesNotContain(2UL, node.Accepted);
        Assert.True(File.Exists(request.Path));
        Assert.True(host.IsRunning);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
