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
    [InlineData("SendEvent", "a.", "Demo::thing", "port:25/6")]
    [InlineData("SendEvent", "a.", "Demo::thing", "thing:1")]
    [InlineData("SendEvent", "a.", "Demo::thing", "bool:yes")]
    [InlineData("SendEvent", "a.", "Demo::thing", "subnet:1.2.3.4/24/99")]
    [InlineData("SendEvent", "a.", "", "count:1")]
    [InlineData("PingPong", "many")]
    [InlineData("UrlLookup", "/no/such/list")]
    public async Task What_makes_no_sense_on_the_command_line_is_told_without_a_trace_of_the_stack(string sample, params string[] args)
    {
        using var program = RunningProgram.Sample(sample, ["tcp://127.0.0.1:1", "tcp://127.0.0.1:2", .. args]);
        Assert.Equal(2, await program.EndAsync());
    }

    [Theory]
    [InlineData("SendEvent", "a.", "Demo::thing")]
    [InlineData("PingPong")]
    [InlineData("Listen")]
    [InlineData("UrlLookup", "LIST")]
    public async Task An_endpoint_that_cannot_be_is_told_without_a_trace_of_the_stack(string sample, params string[] args)
    {
        foreach (var endpoint in new[] { "nonsense", "tcp://192.0.2.1:1" })
        {
            using var program = RunningProgram.Sample(sample, ["tcp://127.0.0.1:1", endpoint, .. args.Select(arg => arg == "LIST" ? typeof(SampleTests).Assembly.Location : arg)]);
            Assert.Equal(2, await program.EndAsync());
            await program.LineAsync("HubXSub is ");
            Assert.DoesNotContain(program.Lines, line => line.Contains("   at ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_lost_pong_is_asked_for_again_and_after_some_the_program_ends()
    {
        await using var cluster = new Cluster();
        var zeek = await cluster.StartClientAsync("demo.ping.");
        using var pinger = RunningProgram.Sample("PingPong", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, "2");
        var first = await Wait.TakeAsync(zeek, 2);
        Assert.Equal([1UL, 1UL], first.Select(ping => ping.Event.Args[1].AsCount()));
        await zeek.WaitForSubscriberAsync("demo.pong.", Wait.Token);
        zeek.Publish("demo.pong.", new ZeekEvent("Demo::pong", first[0].Event.Args[0], first[0].Event.Args[0], first[0].Event.Args[1]));
        await pinger.LineAsync("pong 1: ");
        Assert.Equal(1, await pinger.EndAsync());
        await pinger.LineAsync("no pong 2 came, though it was asked for 5 times");
    }

    [Fact]
    public async Task The_listener_prints_what_is_deep_or_hostile_and_goes_on()
    {
        await using var cluster = new Cluster();
        using var listener = RunningProgram.Sample("Listen", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, "deep.");
        await listener.LineAsync("listening");
        var sender = await cluster.StartClientAsync();
        var (vector, table) = (ZeekValue.FromCount(1), ZeekValue.FromCount(1));
        for (var depth = 0; depth < 120; depth++)
        {
            vector = ZeekValue.FromVector([vector]);
            table = ZeekValue.FromTable([KeyValuePair.Create(ZeekValue.FromCount(1), table)]);
        }

        Assert.Equal(PublishResult.Sent, sender.Publish("deep.", new ZeekEvent("Test::deep", vector, table)));
        Assert.Equal(PublishResult.Sent, sender.Publish("deep.", new ZeekEvent("Test::hostile", ZeekValue.FromString("a\u202eb\u001b\u009bc\u2028ü"))));
        await listener.LineAsync(new string('[', 120) + "1");
        await listener.LineAsync("""
            "args":["a\u202eb\u001B\u009Bc\u2028\u00fc"]
            """.Trim());
    }

    [Fact]
    public async Task Without_a_hub_sending_an_event_fails_and_says_so()
    {
        using var sender = RunningProgram.Sample("SendEvent", "tcp://127.0.0.1:1", "tcp://127.0.0.1:2", "a.", "Demo::thing");
        Assert.Equal(1, await sender.EndAsync());
    }
}
