using System.Diagnostics;
using System.Globalization;
using MailScanBridge.Zeek;
using NetMQ;

namespace Benchmarks;

/// <summary>Events through a hub, from one publisher to one subscriber, by this library and by raw NetMQ sockets with frames made beforehand, in the same run.</summary>
internal static class HubBenchmark
{
    private const int Warmup = 20_000;
    private const int RoundTrips = 5_000;

    public static async Task RunAsync(int events, int rounds)
    {
        Console.WriteLine("| transport | round | raw NetMQ ev/s | library ev/s (raw events) | library ev/s (decoded) | ratio raw/decoded | raw CPU us/ev | library CPU us/ev (raw events) | library CPU us/ev (decoded) | ratio CPU raw/decoded | raw p50/p99 us | library p50/p99 us | ratio p50/p99 |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        await using var plain = new ZeekHub(new ZeekHubOptions { XPub = "tcp://127.0.0.1:0", XSub = "tcp://127.0.0.1:0", SubscriberQueueCapacity = int.MaxValue, SubscriberQueueBytes = 1 << 30 });
        plain.Start();
        for (var round = 1; round <= rounds; round++)
            await RoundAsync("plain", plain.XPubEndpoint, plain.XSubEndpoint, null, events, round);
        var server = new NetMQCertificate();
        var client = new NetMQCertificate();
        using var curve = new NetMqHub(server);
        var keys = new ZeekCurveKeys(server.PublicKeyZ85, client.PublicKeyZ85, client.SecretKeyZ85!);
        for (var round = 1; round <= rounds; round++)
            await RoundAsync("CURVE", curve.XPub, curve.XSub, keys, events / 2, round);
    }

    private static async Task RoundAsync(string name, string xPub, string xSub, ZeekCurveKeys? keys, int events, int round)
    {
        var (raw, rawTrips) = Raw.Run(xPub, xSub, keys, events, Warmup, RoundTrips);
        var options = new ZeekClientOptions
        {
            HubXPub = xPub,
            HubXSub = xSub,
            Curve = keys,
            ReceiveQueueCapacity = int.MaxValue,
            ReceiveQueueBytes = long.MaxValue,
            SendQueueCapacity = 100_000,
        };
        var undecoded = await ThroughputAsync(options, events, decode: false);
        var decoded = await ThroughputAsync(options, events, decode: true);
        var trips = await RoundTripsAsync(options);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {round} | {raw.PerSecond:N0} | {undecoded.PerSecond:N0} | {decoded.PerSecond:N0} | {undecoded.PerSecond / raw.PerSecond:F2} / {decoded.PerSecond / raw.PerSecond:F2} | {raw.Cpu:F1} | {undecoded.Cpu:F1} | {decoded.Cpu:F1} | {undecoded.Cpu / raw.Cpu:F2} / {decoded.Cpu / raw.Cpu:F2} | {rawTrips.P50:F0} / {rawTrips.P99:F0} | {trips.P50:F0} / {trips.P99:F0} | {trips.P50 / rawTrips.P50:F2} / {trips.P99 / rawTrips.P99:F2} |"));
    }

    private static async Task<Rate> ThroughputAsync(ZeekClientOptions options, int events, bool decode)
    {
        await using var receiver = new ZeekClient(options);
        receiver.Subscribe("bench.");
        await receiver.StartAsync();
        await using var sender = new ZeekClient(options);
        await sender.StartAsync();
        await sender.WaitForSubscriberAsync("bench.");
        var total = Warmup + events;
        var watch = new RateWatch();
        var reading = Task.Run(async () =>
        {
            var count = 0;
            if (decode)
            {
                await foreach (var _ in receiver.ReadAllAsync<FileRequest>())
                {
                    if (Count())
                        break;
                }
            }
            else
            {
                await foreach (var _ in receiver.ReadAllRawAsync())
                {
                    if (Count())
                        break;
                }
            }

            bool Count()
            {
                if (++count == Warmup)
                    watch.Start();
                return count == total;
            }
        });
        var publishing = new Thread(() =>
        {
            for (var i = 0; i < total;)
            {
                if (sender.Publish("bench.", Payloads.FileRequest) == PublishResult.Sent)
                    i++;
                else
                    Thread.Sleep(1);
            }
        });
        publishing.Start();
        await reading;
        watch.Stop();
        publishing.Join();
        return watch.Of(events);
    }

    private static async Task<Trips> RoundTripsAsync(ZeekClientOptions options)
    {
        await using var one = new ZeekClient(options);
        one.Subscribe("one.");
        await using var two = new ZeekClient(options);
        two.Subscribe("two.");
        await one.StartAsync();
        await two.StartAsync();
        await one.WaitForSubscriberAsync("two.");
        await two.WaitForSubscriberAsync("one.");
        var answering = Task.Run(async () =>
        {
            await foreach (var e in two.ReadAllAsync<FileRequest>())
                two.Publish("one.", e.Event);
        });
        var times = new List<double>();
        one.Publish("two.", Payloads.FileRequest);
        var begun = Stopwatch.GetTimestamp();
        await foreach (var _ in one.ReadAllAsync<FileRequest>())
        {
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
            if (times.Count == RoundTrips)
                break;
            begun = Stopwatch.GetTimestamp();
            one.Publish("two.", Payloads.FileRequest);
        }

        await two.DisposeAsync();
        await answering;
        return Trips.Of(times);
    }
}

/// <summary>Events a second, and the whole process's time on the processors for one in microseconds, hub included. The second hardly depends on what else the machine does.</summary>
internal readonly record struct Rate(double PerSecond, double Cpu);

internal sealed class RateWatch
{
    private readonly Stopwatch _watch = new();
    private TimeSpan _cpu;

    public void Start()
    {
        _cpu = Environment.CpuUsage.TotalTime;
        _watch.Start();
    }

    public void Stop()
    {
        _watch.Stop();
        _cpu = Environment.CpuUsage.TotalTime - _cpu;
    }

    public Rate Of(int events) => new(events / _watch.Elapsed.TotalSeconds, _cpu.TotalMicroseconds / events);
}

internal readonly record struct Trips(double P50, double P99)
{
    public static Trips Of(List<double> times)
    {
        // The first tenth warms up.
        var sorted = times.Skip(times.Count / 10).Order().ToArray();
        return new Trips(sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)]);
    }
}
