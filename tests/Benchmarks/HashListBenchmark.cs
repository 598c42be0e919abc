using System.Diagnostics;
using System.Security.Cryptography;
using MailScanBridge.Scanning.Hashes;
using MailScanBridge.Unpacking;

namespace Benchmarks;

/// <summary>Time and memory of a long hash list, beside those of the same lines in a dictionary of strings.</summary>
internal static class HashListBenchmark
{
    public static async Task RunAsync(int lines)
    {
        var path = Path.Combine(Path.GetTempPath(), $"hashes-{Environment.ProcessId}");
        try
        {
            Console.WriteLine($"{lines:N0} SHA-256 with names, in no order");
            Write(path, lines);
            Console.WriteLine($"file                      {new FileInfo(path).Length / 1e6,8:0} MB");
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var clock = Stopwatch.StartNew();
            var scanner = HashListScanner.Load("bad", new HashListOptions { Path = path });
            Console.WriteLine($"load                      {clock.Elapsed.TotalSeconds,8:0.00} s");
            Console.WriteLine($"memory                    {(GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6,8:0} MB, {(GC.GetTotalMemory(true) - before) / (double)lines:0.0} bytes a line; {scanner.Version}");
            await LookUpAsync(scanner, lines);
            GC.KeepAlive(scanner);

            before = GC.GetTotalMemory(forceFullCollection: true);
            clock.Restart();
            var dictionary = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in File.ReadLines(path))
            {
                dictionary[line[..64]] = line[65..];
            }

            Console.WriteLine($"dictionary of strings     {clock.Elapsed.TotalSeconds,8:0.00} s, {(GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6:0} MB");
            GC.KeepAlive(dictionary);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Write(string path, int lines)
    {
        using var file = new StreamWriter(path);
        for (var i = 0; i < lines; i++)
        {
            file.Write(Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i))));
            file.Write(" Family.");
            file.Write(i % 5000);
            file.Write('\n');
        }
    }

    private static async Task LookUpAsync(HashListScanner scanner, int lines)
    {
        var items = Enumerable.Range(lines - 1000, 2000)
            .Select(i => new ScanItem { Type = "", Path = "", Size = 0, Sha256 = Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i))) }).ToList();
        var hits = 0;
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < 100; round++)
        {
            foreach (var item in items)
            {
                hits += (await scanner.ScanAsync(item, CancellationToken.None)).Findings.Count;
            }
        }

        Console.WriteLine($"look up                   {clock.Elapsed.TotalMicroseconds / 200_000,8:0.00} us, {hits} hits of {200_000}");
    }
}
