// Ping and pong, the sample of Broccoli's manual: this side sends pings, Zeek (pingpong.zeek) answers, and the way there and back is timed.
//   dotnet run --project samples/PingPong -- <hub XPUB> <hub XSUB> [how many]
//   dotnet run --project samples/PingPong -- <hub XPUB> <hub XSUB> serve     answers in Zeek's place
using System.Diagnostics;
using MailScanBridge.Zeek;

const int Attempts = 5;
var count = 10UL;
if (args.Length < 2 || (args.Length > 2 && args[2] != "serve" && !ulong.TryParse(args[2], out count)))
{
    Console.Error.WriteLine("usage: PingPong <hub XPUB> <hub XSUB> [count | serve]");
    return 2;
}

try
{
    var serve = args.Length > 2 && args[2] == "serve";
    await using var client = new ZeekClient(new ZeekClientOptions { HubXPub = args[0], HubXSub = args[1] });
    client.Subscribe(serve ? "demo.ping." : "demo.pong.");
    await client.StartAsync();
    if (serve)
        await ServeAsync(client);
    else
        await PingAsync(client, count);
    return 0;
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
catch (Exception failed) when (failed is TimeoutException or ZeekException)
{
    Console.Error.WriteLine(failed.Message);
    return 1;
}

static async Task ServeAsync(ZeekClient client)
{
    Console.WriteLine("serving");
    await foreach (var ping in client.ReadAllAsync<Ping>())
    {
        var result = client.Publish("demo.pong.", new Pong(ping.Event.SrcTime, DateTimeOffset.UtcNow, ping.Event.Seq));
        if (result != PublishResult.Sent)
            Console.Error.WriteLine($"pong {ping.Event.Seq} was not sent: {result}");
    }
}

static async Task PingAsync(ZeekClient client, ulong count)
{
    // Whoever answers subscribes first; without a subscriber a ping would go nowhere.
    await client.WaitForSubscriberAsync("demo.ping.");
    for (var seq = 1UL; seq <= count; seq++)
    {
        var begun = Stopwatch.GetTimestamp();
        var pong = await AskAsync(client, seq);
        Console.WriteLine($"pong {pong.Seq}: {Stopwatch.GetElapsedTime(begun).TotalMicroseconds:F0} us");
    }
}

// A ping or its pong can be lost on the way, with a connection or where its receiver is just connecting: who must have an answer asks again.
static async Task<Pong> AskAsync(ZeekClient client, ulong seq)
{
    for (var attempt = 1; ; attempt++)
    {
        try
        {
            return (await client.RequestAsync<Ping, Pong>("demo.ping.", new Ping(DateTimeOffset.UtcNow, seq), "seq", TimeSpan.FromSeconds(1))).Event;
        }
        catch (TimeoutException) when (attempt < Attempts)
        {
            Console.Error.WriteLine($"no pong {seq} within a second, asking again");
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"no pong {seq} came, though it was asked for {Attempts} times");
        }
    }
}

[ZeekEvent("Demo::ping")]
public sealed partial record Ping(DateTimeOffset SrcTime, ulong Seq);

[ZeekEvent("Demo::pong")]
public sealed partial record Pong(DateTimeOffset SrcTime, DateTimeOffset DstTime, ulong Seq);
