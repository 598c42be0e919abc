using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.RealZeek;

/// <summary>The sample UrlLookup with its script in a real Zeek: URLs seen in a trace, looked up by the program, become notices.</summary>
public sealed class UrlLookupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zeek-urls-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Bad_URLs_in_a_trace_become_notices_and_others_do_not()
    {
        ZeekProgram.Find();
        await using var cluster = new Cluster();
        var list = Path.Combine(_directory, "list.txt");
        await File.WriteAllTextAsync(list, "evil.example\ngood.example/bad\n", TestContext.Current.CancellationToken);
        using var stomper = RunningProgram.Sample("UrlLookup", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, list);
        await stomper.LineAsync("2 bad hosts and URLs");
        var trace = Path.Combine(_directory, "http.pcap");
        await File.WriteAllBytesAsync(trace, HttpTrace.Of([("good.example", "/"), ("evil.example", "/x"), ("other.example", "/y"), ("good.example", "/bad")]), TestContext.Current.CancellationToken);
        var script = Path.Combine(_directory, "test.zeek");

        // The trace is over at once: it waits until the program listens, and Zeek until both answers are there.
        await File.WriteAllTextAsync(
            script,
            $$"""
            @load {{Path.Combine(RunningProgram.Repository, "samples", "UrlLookup", "url-lookup.zeek")}}
            global blocked = 0;
            event zeek_init() &priority=-10 { suspend_processing(); }
            event Cluster::Backend::ZeroMQ::subscription(topic: string) { if ( topic == "stomper.check." ) continue_processing(); }
            event Stomper::stomper_block(seqno: count) &priority=-10 { if ( ++blocked == 2 ) terminate(); }
            """,
            TestContext.Current.CancellationToken);
        using var zeek = ZeekProgram.Node(script, cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, _directory, "-C", "-r", trace);
        Assert.True(await zeek.EndAsync() == 0, string.Join("\n", zeek.Lines));
        var notices = (await File.ReadAllLinesAsync(Path.Combine(_directory, "notice.log"), TestContext.Current.CancellationToken)).Where(line => line.Contains("Stomper::Bad_URL", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, notices.Count);
        Assert.Contains(notices, notice => notice.Contains("bad URL: evil.example/x", StringComparison.Ordinal));
        Assert.Contains(notices, notice => notice.Contains("bad URL: good.example/bad", StringComparison.Ordinal));
    }
}
