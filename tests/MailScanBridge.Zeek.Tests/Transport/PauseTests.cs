using System.Diagnostics;
using System.Text.Json;
using MailScanBridge.Zeek.Tests.Support;

namespace MailScanBridge.Zeek.Tests.Transport;

public class PauseTests
{
    [Fact]
    public async Task A_program_that_was_stopped_drops_what_piled_up_connects_anew_and_says_so_and_the_one_beside_it_loses_nothing()
    {
        await using var cluster = new Cluster();
        await StopAndGoOnAsync(cluster.Options);
    }

    /// <summary>Stops the sample Listen, a process of its own, for longer than the limit, beside a client that reads.</summary>
    internal static async Task StopAndGoOnAsync(ZeekClientOptions options)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no SIGSTOP");

        // Zeek's proxy, and libzmq's, take some 4,000 messages of a kilobyte for one that does not read before they stall everyone.
        const int Piled = 10_000;
        options = options with { SendQueueCapacity = 2 * Piled, ReceiveQueueCapacity = 2 * Piled };
        var limit = new ZeekClientOptions().PauseLimit;
        using var listener = RunningProgram.Sample("Listen", options.HubXPub, options.HubXSub, "pause.");
        await listener.LineAsync("listening");
        await using var fast = new ZeekClient(options);
        fast.Subscribe("pause.");
        await fast.StartAsync(Wait.Token);
        await using var sender = new ZeekClient(options);
        await sender.StartAsync(Wait.Token);
        Publish(0, 10);
        await Wait.UntilAsync(() => Printed().Count == 10, "the events before the stop");

        await listener.SignalAsync("STOP");
        var stopped = Stopwatch.StartNew();
        Publish(10, Piled);
        await Wait.UntilAsync(() => stopped.Elapsed > limit + TimeSpan.FromSeconds(1), "the limit to be over");
        await listener.SignalAsync("CONT");
        await listener.LineAsync("stood still for too long");
        await listener.LineAsync("connected anew: 2");
        Assert.Equal(10 + Piled, (await Wait.TakeAsync(fast, 10 + Piled)).Count);

        // What the hub had given to the process's socket by then is dropped; only what its own queue held already may still be printed.
        Publish(10 + Piled, 10);
        await Wait.UntilAsync(() => Printed().Contains(10 + Piled + 9), "the events after the stop");
        Assert.InRange(Printed().Count(number => number >= 10 && number < 10 + Piled), 0, 600);
        Assert.Equal(Enumerable.Range(10 + Piled, 10), (await Wait.TakeAsync(fast, 10)).Select(message => (int)message.Event.Args[0].AsCount()));
        Assert.Empty(fast.Statistics.Overflow);
        Assert.Equal((1L, 0L), (fast.ConnectionEpoch, fast.Statistics.Pauses));

        void Publish(int first, int count)
        {
            for (var i = first; i < first + count; i++)
                Assert.Equal(PublishResult.Sent, sender.Publish("pause.", new ZeekEvent("Test::n", ZeekValue.FromCount((ulong)i), ZeekValue.FromBytes(new byte[1000]))));
        }

        List<int> Printed() =>
            [.. listener.Lines.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("args")[0].GetInt32())];
    }
}
