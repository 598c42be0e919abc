using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Samples;

public sealed class SampleTests
{
    [Fact]
    public async Task Pings_come_back_as_pongs()
    {
        await using var cluster = new Cluster();
        using var server = RunningProgram.Sample("PingPong", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, "serve");
        using var pinger = RunningProgram.Sample("PingPong", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, "5");
        Assert.Equal(0, await pinger.EndAsync());
        Assert.Equal([1, 2, 3, 4, 5], pinger.Lines.Select(line => int.Parse(line.Split(' ', ':')[1], null)));
    }

    [Fact]
    public async Task An_event_sent_from_a_shell_line_is_printed_as_JSON_by_the_listener()
    {
        await using var cluster = new Cluster();
        using var listener = RunningProgram.Sample("Listen", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, "shell.");
        using var sender = RunningProgram.Sample(
            "SendEvent", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, "shell.x", "Demo::thing", "count:5", "string:a \"b\"", "addr:10.0.0.1", "port:25/tcp", "subnet:10.0.0.0/8", "double:0.5", "enum:Notice::Tally");
        Assert.Equal(0, await sender.EndAsync());
        await listener.LineAsync("""
            "event":"Demo::thing","args":[5,"a \"b\"","10.0.0.1","25/tcp","10.0.0.0/8",0.5,"Notice::Tally"]
            """.Trim());
    }

    [Fact]
    public async Task Bad_URLs_are_blocked_and_others_are_not()
    {
        await using var cluster = new Cluster();
        var zeek = await cluster.StartClientAsync("stomper.block.");
        var list = Path.GetTempFileName();
        await File.WriteAllTextAsync(list, "# a comment\nevil.example\ngood.example/bad\n", TestContext.Current.CancellationToken);
        using var stomper = RunningProgram.Sample("UrlLookup", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, list);
        await zeek.WaitForSubscriberAsync("stomper.check.", Wait.Token);
        var urls = new[] { ("good.example", "/"), ("evil.example", "/x"), ("good.example", "/bad"), ("other.example", "/") };
        for (var i = 0; i < urls.Length; i++)
            zeek.Publish("stomper.check.", new ZeekEvent("Stomper::remote_check_URL", ZeekValue.FromCount((ulong)i), ZeekValue.FromString(urls[i].Item1), ZeekValue.FromString(urls[i].Item2)));
        var blocked = await Wait.TakeAsync(zeek, 2);
        Assert.Equal([1UL, 2UL], blocked.Select(message => message.Event.Args[0].AsCount()));
        File.Delete(list);
    }

    [Theory]
    [InlineData("SendEvent", "a.", "Demo::thing", "count:x")]
    [InlineData("SendEvent", "a.", "Demo::thing", "port:25")]
    [InlineData("SendEvent", "a.", "Demo::thing", "thing:1")]
    [InlineData("PingPong", "many")]
    [InlineData("UrlLookup", "/no/such/list")]
    public async Task What_makes_no_sense_on_the_command_line_is_told_without_a_trace_of_the_stack(string sample, params string[] args)
    {
        using var program = RunningProgram.Sample(sample, ["tcp://127.0.0.1:1", "tcp://127.0.0.1:2", .. args]);
        Assert.Equal(2, await program.EndAsync());
    }

    [Fact]
    public async Task Without_a_hub_sending_an_event_fails_and_says_so()
    {
        using var sender = RunningProgram.Sample("SendEvent", "tcp://127.0.0.1:1", "tcp://127.0.0.1:2", "a.", "Demo::thing");
        Assert.Equal(1, await sender.EndAsync());
    }
}
