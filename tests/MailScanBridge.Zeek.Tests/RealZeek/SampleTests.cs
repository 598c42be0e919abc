using System.Text.Json;
using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.RealZeek;

/// <summary>The samples Listen and SendEvent beside a real Zeek: it prints what they send, they print what it sends.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zeek-samples-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_event_sent_from_a_shell_line_reaches_Zeek_and_Zeeks_answer_is_printed_by_the_listener()
    {
        ZeekProgram.Find();
        await using var cluster = new Cluster();
        var script = Path.Combine(_directory, "samples.zeek");

        // Each event that comes is answered with its arguments, so that it shows on both sides.
        await File.WriteAllTextAsync(
            script,
            """
            @load frameworks/cluster/backend/zeromq
            module Demo;
            export {
                type Colour: enum { Red, Green };
                global thing: event(b: bool, c: count, i: int, d: double, s: string, a: addr, n: subnet, p: port, t: time, v: interval, e: Colour);
                global seen: event(b: bool, c: count, i: int, d: double, s: string, a: addr, n: subnet, p: port, t: time, v: interval, e: Colour, l: vector of string);
            }
            global out = open("/dev/stderr");
            event zeek_init() { Cluster::subscribe("demo.to."); }
            event Demo::thing(b: bool, c: count, i: int, d: double, s: string, a: addr, n: subnet, p: port, t: time, v: interval, e: Colour)
                {
                # What is printed to a pipe comes when Zeek ends.
                print out, fmt("zeek saw %s %d %d %s %s %s %s %s %s %s %s", b, c, i, d, s, a, n, p, t, v, e);
                flush_all();
                Cluster::publish("demo.from.", Demo::seen, b, c, i, d, s, a, n, p, t, v, e, vector("x", s));
                }
            """,
            TestContext.Current.CancellationToken);
        using var zeek = ZeekProgram.Node(script, cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, _directory);
        using var listener = RunningProgram.Sample("Listen", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, "demo.from.");
        await listener.LineAsync("listening");

        // Zeek may not yet know that someone listens when the first comes; the next one is answered then.
        await Wait.UntilAsync(() => cluster.Hub.Statistics is { Publishers: 2, Subscribers: 2 }, "both to be connected");
        while (!listener.Lines.Any(line => line.StartsWith('{')))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            using var sender = RunningProgram.Sample(
                "SendEvent", cluster.Hub.XPubEndpoint, cluster.Hub.XSubEndpoint, "demo.to.", "Demo::thing", "bool:T", "count:5", "int:-3", "double:0.5", "string:a \"b\"", "addr:10.0.0.1",
                "subnet:10.0.0.0/8", "port:25/tcp", "time:2026-01-02T03:04:05Z", "interval:90", "enum:Demo::Green");
            Assert.True(await sender.EndAsync() == 0, string.Join("\n", sender.Lines.Concat(zeek.Lines)));
            await zeek.LineAsync("zeek saw T 5 -3 0.5 a \"b\" 10.0.0.1 10.0.0.0/8 25/tcp 1767323045.0 1.0 min 30.0 secs Demo::Green");
        }

        using var line = JsonDocument.Parse(listener.Lines.First(line => line.StartsWith('{')));
        Assert.Equal(("demo.from.", "Demo::seen"), (line.RootElement.GetProperty("topic").GetString(), line.RootElement.GetProperty("event").GetString()));
        Assert.Equal(
            """[true,5,-3,0.5,"a \"b\"","10.0.0.1","10.0.0.0/8","25/tcp","2026-01-02T03:04:05.0000000+00:00",90,"Demo::Green",["x","a \"b\""]]""",
            line.RootElement.GetProperty("args").GetRawText());
    }
}
