using System.Text;
using System.Text.Json;
using MailScanBridge.Daemon.Demo;
using MailScanBridge.Queue;
using MailScanBridge.Tests.Support;
using MailScanBridge.Zeek;
using NetMQ;
using NetMQ.Sockets;
using Xunit;

namespace MailScanBridge.Tests.Pipeline;

/// <summary>A request's whole journey, over the embedded hub.</summary>
public sealed class PipelineTests : IAsyncLifetime
{
    private static readonly byte[] s_text = "hello"u8.ToArray();
    private readonly PipelineHost _host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Each_sample_mail_gets_its_verdict_and_each_file_its_row()
    {
        await _host.StartAsync();
        var folder = Path.Combine(AppContext.BaseDirectory, "samples", "mail");
        var expected = File.ReadAllLines(Path.Combine(folder, "expectations.tsv")).Skip(1).Select(l => l.Split('\t')).ToList();
        var files = expected.SelectMany(e => MailFiles.Of(e[0], File.ReadAllBytes(Path.Combine(folder, e[0])))).ToList();
        var rows = new List<SensorRow>();
        var sensor = new StandInSensor(new StandInOptions { Spool = _host.Spool, Bridge = PipelineHost.BridgeName }, _host.NewClient("sensor"), TimeProvider.System);

        await sensor.RunAsync(files, rows.Add, Wait.Token);

        Assert.Equal(files.Count, rows.Count);
        Assert.Equal(files.Count, rows.Select(r => r.Seqno).Distinct().Count());
        Assert.True(expected.Count >= 12);
        Assert.All(expected, e =>
        {
            var message = Assert.Single(rows, r => r.Label == e[0] && r.Kind == "message");
            Assert.Equal((e[0], e[1], e[2]), (message.Label, message.Verdict, message.Reason));
        });
        await Wait.UntilAsync(() => _host.LogLines.Count == files.Count, "the log");
        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "the store to be empty");
        await _host.StopAsync();
        Assert.All(await _host.RowsAsync(), r => Assert.Equal(RequestState.Done, r.State));
        Assert.Empty(Directory.GetFiles(_host.Spool));
        Assert.All(_host.LogLines, l => JsonDocument.Parse(l));
    }

    [Fact]
    public async Task The_same_content_again_is_not_scanned_again()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        foreach (var seqno in new ulong[] { 1, 2 })
        {
            node.Ask(seqno, Make.Eicar);
            Assert.Equal("malicious", (await node.VerdictAsync(seqno)).Verdict);
        }

        Assert.Equal((1, 1), (_host.Count("mailscan.cache.miss"), _host.Count("mailscan.cache.hit")));
    }

    [Fact]
    public async Task Hostile_frames_and_events_are_counted_and_stop_nothing()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        var topic = Topics.Request(PipelineHost.BridgeName);
        node.Ask(1, s_text);
        await node.VerdictAsync(1);
        var (malformed, unknown, undecodable) = (_host.Count("mailscan.intake.malformed"), _host.Count("mailscan.intake.unknown"), _host.Undecodable);
        using (var raw = new PublisherSocket())
        {
            raw.Connect(_host.HubXSub);
            var random = new Random(3);
            await Wait.UntilAsync(
                () =>
                {
                    var garbage = new byte[random.Next(0, 200)];
                    random.NextBytes(garbage);
                    raw.SendMoreFrame(topic).SendMoreFrame("evil\n\u001b[31m").SendMoreFrame("broker-bin-v1").SendFrame(garbage);
                    raw.SendMoreFrame(topic).SendMoreFrame("evil").SendMoreFrame("broker-json-v1").SendFrame("{}");
                    raw.SendMoreFrame(topic).SendFrame("two parts");
                    raw.SendFrame(topic);
                    return _host.Undecodable >= undecodable + 200;
                },
                "the frames that do not decode");
        }

        node.Publish(new ZeekEvent("MailScan::file_request"));
        node.Publish(new ZeekEvent("MailScan::file_request", ZeekValue.FromCount(1), ZeekValue.FromCount(2)));
        node.Publish(new ZeekEvent("MailScan::node_hello", ZeekValue.FromVector([ZeekValue.FromCount(1)])));
        node.Publish(new ZeekEvent("MailScan::verdict_ack", ZeekValue.FromString("x"), ZeekValue.FromString("y"), ZeekValue.None));
        for (var i = 0; i < 50; i++)
        {
            node.Publish(new ZeekEvent($"Evil::event{i}\n\u001b[31m", ZeekValue.FromString("x")));
            node.Publish(new ZeekEvent("Evil::same"));
        }

        node.Publish(SensorEvents.Ack("nobody", 1, 1));
        node.Publish(SensorEvents.Ack(TestNode.Name, 8, 1));
        node.Publish(SensorEvents.Bye("nobody", 1, true, 1));
        node.Ask(2, Make.Eicar);

        Assert.Equal(("malicious", ""), await node.VerdictAsync(2));
        Assert.Equal((4, 100), (_host.Count("mailscan.intake.malformed") - malformed, _host.Count("mailscan.intake.unknown") - unknown));
        Assert.Equal(2, _host.Count("mailscan.acks.unknown"));
        Assert.Equal(3, _host.Log.Lines.Count(l => l.Contains(" 1000: ", StringComparison.Ordinal)));
        Assert.Equal(51, _host.Log.Lines.Count(l => l.Contains(" 1001: ", StringComparison.Ordinal)));
        Assert.All(_host.Log.Lines, l => PrintableTests.AssertPrintable(l.TrimEnd()));
        Assert.True(_host.IsRunning);
        await _host.StopAsync();
        Assert.All(await _host.RowsAsync(), r => Assert.Equal(RequestState.Answered, r.State));
    }

    [Fact]
    public async Task A_request_repeated_five_times_is_one_request_with_one_verdict()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        var request = node.Extract(1, Make.Eicar);
        for (var attempt = 1UL; attempt <= 5; attempt++)
        {
            node.Ask(request with { Attempt = attempt });
        }

        Assert.Equal(("malicious", ""), await node.VerdictAsync(1));
        await Wait.UntilAsync(() => node.Accepted.Count >= 1 && _host.Count("mailscan.requests.repeated") == 4, "the repeats");
        node.Acknowledge(1);
        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "the file to go");
        node.Ask(request with { Attempt = 6 });
        await Wait.UntilAsync(() => _host.Count("mailscan.requests.repeated") == 5, "the late repeat");
        var heard = node.Verdicts.Count;
        await Wait.UntilAsync(() => node.Verdicts.Count > heard, "the same verdict again");

        Assert.Single(node.Verdicts.Select(v => ZeekValue.FromVector([.. v])).Distinct());
        await _host.StopAsync();
        Assert.Single(await _host.RowsAsync());
        Assert.Single(_host.LogLines);
        Assert.Equal(1, _host.Count("mailscan.requests"));
    }

    [Fact]
    public async Task Long_headers_are_cut_before_they_reach_the_journal_and_the_verdict()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, s_text, r => r with { Mail = Make.Mail(subject: new byte[100_000]) });
        node.Ask(2, s_text, r => r with { Mail = Make.Mail(subject: new byte[100]) });
        await node.VerdictAsync(1);
        await node.VerdictAsync(2);
        await _host.StopAsync();

        Assert.Equal(1, _host.Count("mailscan.intake.context_cut"));
        Assert.Equal([2048, 100], (await _host.RowsAsync()).OrderBy(r => r.Request.File.Seqno).Select(r => r.Request.File.Mail!.Subject!.Length));
        Assert.Equal("a@example.org"u8.ToArray(), (await _host.RowsAsync())[0].Request.File.Mail!.MailFrom);
    }

    [Fact]
    public async Task A_verdict_is_sent_again_until_it_is_acknowledged_and_the_file_stays_so_long()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, Make.Eicar);
        await Wait.UntilAsync(() => node.Verdicts.Count >= 3, "repeats of the verdict");
        Assert.Single(_host.StoredFiles);

        for (var i = 0; i < 3; i++)
        {
            node.Acknowledge(1);
        }

        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "the file to go");
        node.Ask(2, s_text);
        await Wait.UntilAsync(() => node.Verdicts.Count(v => v[3].AsCount() == 2) >= 3, "repeats of another verdict");
        var after = node.Verdicts.Count(v => v[3].AsCount() == 1);
        var second = node.Verdicts.Count(v => v[3].AsCount() == 2);
        await Wait.UntilAsync(() => node.Verdicts.Count(v => v[3].AsCount() == 2) >= second + 3, "more repeats of another verdict");

        Assert.Equal(after, node.Verdicts.Count(v => v[3].AsCount() == 1));
        Assert.Single(_host.StoredFiles);
    }

    [Fact]
    public async Task Restarts_in_the_middle_lose_nothing_and_change_no_answer()
    {
        const int requests = 80;
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        var asked = Enumerable.Range(1, requests).Select(i => node.Extract((ulong)i, i % 2 == 0 ? Make.Eicar : Encoding.ASCII.GetBytes($"text {i}"))).ToList();
        for (var restart = 1; restart <= 3; restart++)
        {
            foreach (var request in asked)
            {
                node.Ask(request);
            }

            var wanted = requests / 4 * restart;
            await Wait.UntilAsync(() => node.Verdicts.Select(v => v[3].AsCount()).Distinct().Count() >= wanted, $"{wanted} verdicts");
            await _host.StopAsync();
            await _host.StartAsync();
            await node.GreetAsync();
        }

        foreach (var request in asked)
        {
            node.Ask(request);
        }

        for (var seqno = 1UL; seqno <= requests; seqno++)
        {
            Assert.Equal((seqno % 2 == 0 ? "malicious" : "clean", ""), await node.VerdictAsync(seqno));
            node.Acknowledge(seqno);
        }

        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "the store to be empty");
        await _host.StopAsync();
        Assert.All(node.Verdicts.GroupBy(v => v[3].AsCount()), g => Assert.Single(g.Select(v => ZeekValue.FromVector([.. v])).Distinct()));
        Assert.Equal(requests, _host.LogLines.Count);
        Assert.Equal(requests, _host.LogLines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("seqno").GetUInt64()).Distinct().Count());
        Assert.All(await _host.RowsAsync(), r => Assert.Equal(1, r.Attempts));
    }

    [Fact]
    public async Task A_trace_that_ends_closes_its_open_verdicts()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, s_text);
        await node.VerdictAsync(1);
        Assert.Single(_host.StoredFiles);

        node.Publish(SensorEvents.Bye(TestNode.Name, 7, trace: true, 1));

        await Wait.UntilAsync(() => _host.StoredFiles.Count == 0, "the file to go");
        node.Ask(2, s_text);
        await Wait.UntilAsync(() => _host.LogLines.Count == 2 && _host.StoredFiles.Count == 0, "what is asked after the end to be scanned and closed too");
        await _host.StopAsync();
        Assert.All(await _host.RowsAsync(), r => Assert.Equal(RequestState.Done, r.State));
    }

    [Fact]
    public async Task A_live_node_that_ends_leaves_its_verdicts_to_its_next_incarnation()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, s_text);
        await node.VerdictAsync(1);

        node.Publish(SensorEvents.Bye(TestNode.Name, 7, trace: false, 1));
        var heard = node.Verdicts.Count;
        await Wait.UntilAsync(() => node.Verdicts.Count > heard + 2, "the verdict again");

        Assert.Single(_host.StoredFiles);
    }

    [Fact]
    public async Task Custody_failures_are_answered_by_name_and_counted()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, s_text, r => r with { Path = "/etc/passwd" });
        node.Ask(2, s_text, r => r with { Path = Path.Combine(_host.Spool, "missing") });
        node.Ask(3, s_text, r => r with { Path = "" });
        node.Ask(4, s_text);
        node.Ask(5, s_text, r => r with { Path = Path.Combine(_host.Spool, "file-4") });

        foreach (var seqno in (ulong[])[1, 2, 3, 5])
        {
            Assert.Equal(("error", "custody"), await node.VerdictAsync(seqno));
        }

        Assert.Equal(("clean", ""), await node.VerdictAsync(4));
        Assert.Equal(4, _host.Count("mailscan.intake.custody_failed"));
        Assert.True(File.Exists("/etc/passwd"));
    }

    [Fact]
    public async Task Another_file_than_Zeek_saw_is_an_error_unless_it_is_malicious()
    {
        await _host.StartAsync();
        var node = await TestNode.ConnectAsync(_host);
        node.Ask(1, s_text, r => r with { Sha256 = Make.Sha256([1]) });
        node.Ask(2, s_text, r => r with { SeenBytes = 4 });
        node.Ask(3, Make.Eicar, r => r with { Sha256 = Make.Sha256([1]) });
        node.Ask(4, s_text, r => r with { Sha256 = null });
        node.Ask(5, Make.Eicar, r => r with { Complete = false, MissingBytes = 1 });
        node.Ask(6, s_text, r => r with { Complete = false, MissingBytes = 1, SeenBytes = 99 });

        Assert.Equal(("error", "custody"), await node.VerdictAsync(1));
        Assert.Equal(("error", "custody"), await node.VerdictAsync(2));
        Assert.Equal(("malicious", ""), await node.VerdictAsync(3));
        Assert.Equal(("clean", ""), await node.VerdictAsync(4));
        Assert.Equal(("malicious", ""), await node.VerdictAsync(5));
        Assert.Equal(("unscanned", "truncated"), await node.VerdictAsync(6));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
