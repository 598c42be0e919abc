// Ping and pong, the sample of Broccoli's manual: this side sends pings, Zeek (pingpong.zeek) answers, and the way there and back is timed.
//   dotnet run --project samples/PingPong -- <hub XPUB> <hub XSUB> [how many]
//   dotnet run --project samples/PingPong -- <hub XPUB> <hub XSUB> serve     answers in Zeek's place
using System.Diagnostics;
using MailScanBridge.Zeek;

var count = 10UL;
if (args.Length < 2 || (args.Length > 2 && args[2] != "serve" && !ulong.TryParse(args[2], out count)))
{
    Console.Error.WriteLine("usage: PingPong <hub XPUB> <hub XSUB> [count | serve]");
    return 2;
}

var serve = args.Length > 2 && args[2] == "serve";
await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = args[0], HubXSub = args[1] });
client.Subscribe(serve ? "demo.ping." : "demo.pong.");
await client.StartAsync();
if (serve)
{
    Console.WriteLine("serving");
    await foreach (var ping in client.ReadAllAsync<Ping>())
        client.Publish("demo.pong.", new Pong(ping.Event.SrcTime, DateTimeOffset.UtcNow, ping.Event.Seq));
    return 0;
}

// Whoever answers subscribes first; without a subscriber a ping would go nowhere.
await client.WaitForSubscriberAsync("demo.ping.");
var pongs = client.ReadAllAsync<Pong>().GetAsyncEnumerator();
for (var seq = 1UL; seq <= count; seq++)
{
    var begun = Stopwatch.GetTimestamp();
    client.Publish("demo.ping.", new Ping(DateTimeOffset.UtcNow, seq));
    await pongs.MoveNextAsync();
    Console.WriteLine($"pong {pongs.Current.Event.Seq}: {Stopwatch.GetElapsedTime(begun).TotalMicroseconds:F0} us");
}

return 0;

[ZeekEvent("Demo::ping")]
public sealed partial record Ping(DateTimeOffset SrcTime, ulong Seq);

[ZeekEvent("Demo::pong")]
public sealed partial record Pong(DateTimeOffset SrcTime, DateTimeOffset DstTime, ulong Seq);
