using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using MailScanBridge.Zeek;

namespace Benchmarks;

/// <summary>The best of fifteen rounds, as broker.cc measures it, so that the two can be set side by side on a machine that has other work.</summary>
internal static class CodecCompared
{
    private static object? _sink;

    public static string[] Names { get; } = ["small", "conn.log", "table", "file-request"];

    public static void Run()
    {
        foreach (var name in Names)
        {
            var bytes = Payloads.Bytes(name);
            var value = ZeekWire.Decode(bytes);
            var buffer = new ArrayBufferWriter<byte>(256 * 1024);
            var encode = BestOf(() =>
            {
                buffer.ResetWrittenCount();
                var writer = new ZeekWriter(buffer);
                writer.WriteValue(value);
                writer.Flush();
            });
            var decoded = default(ZeekValue);
            var view = BestOf(() => decoded = ZeekWire.Decode(bytes));
            var owned = BestOf(() => decoded = ZeekWire.Decode(bytes.AsSpan().ToArray()));
            var typed = name switch
            {
                "small" => BestOf(() => _sink = ZeekWire.DecodeEvent<Small>(bytes)),
                "conn.log" => BestOf(() => _sink = ZeekWire.DecodeEvent<Conn>(bytes)),
                "table" => BestOf(() => _sink = ZeekWire.DecodeEvent<Tables>(bytes)),
                _ => BestOf(() => _sink = ZeekWire.DecodeEvent<FileRequest>(bytes)),
            };
            var encodeTyped = BestOf(() => _sink = Payloads.Bytes(name));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| this library | {name} | {encode:F0} | {view:F0} | {owned:F0} | {typed:F0} | {encodeTyped:F0} |"));
        }
    }

    private static double BestOf(Action run)
    {
        // Until the code is compiled at its best, which happens in the background and late on a busy machine.
        var warming = Stopwatch.StartNew();
        while (warming.ElapsedMilliseconds < 1500)
            run();
        var best = double.MaxValue;
        for (var round = 0; round < 15; round++)
        {
            var times = 0;
            var begun = Stopwatch.GetTimestamp();
            TimeSpan elapsed;
            do
            {
                for (var i = 0; i < 16; i++)
                    run();
                times += 16;
                elapsed = Stopwatch.GetElapsedTime(begun);
            }
            while (elapsed.TotalMilliseconds < 20);
            best = Math.Min(best, elapsed.TotalNanoseconds / times);
        }

        return best;
    }
}
