using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using SharpFuzz;
using WireFuzz;

// dotnet run -c Release --project tests/WireFuzz -- <executions> [seed] [directory for new inputs]
var executions = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;

// The copy of the library beside this program is rewritten before it is loaded, so nothing above may name a type of it.
try
{
    Fuzzer.Instrument(Path.Combine(AppContext.BaseDirectory, "MailScanBridge.Zeek.dll"), name => !name.Contains("Transport", StringComparison.Ordinal), Options.Value);
}
catch (InstrumentationException e) when (e.Message.Contains("already", StringComparison.OrdinalIgnoreCase))
{
    Console.WriteLine("instrumented before");
}

return Campaign(executions, seed, args.Length > 2 ? args[2] : null);

[MethodImpl(MethodImplOptions.NoInlining)]
static int Campaign(long executions, int seed, string? directory)
{
    var random = new Random(seed);
    var mutator = new Mutator(random);
    var coverage = new Coverage();
    var corpus = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Seeds"), "*.hex").Order(StringComparer.Ordinal)
        .SelectMany(File.ReadLines).Where(line => line.Length > 0 && line[0] != '#').Select(Convert.FromHexString).ToList();
    var given = corpus.Count;
    foreach (var input in corpus)
    {
        coverage.Reset();
        DecoderTarget.Run(input);
        coverage.IsNew();
    }

    Console.WriteLine($"{given} seeds reach {coverage.Edges} edges");
    var watch = Stopwatch.StartNew();
    for (long i = 1; i <= executions; i++)
    {
        var input = mutator.Mutate(corpus[random.Next(corpus.Count)], corpus[random.Next(corpus.Count)]);
        coverage.Reset();
        try
        {
            DecoderTarget.Run(input);
        }
        catch (Exception e)
        {
            Console.WriteLine($"CRASH after {i} executions with {Convert.ToHexStringLower(input)}\n{e}");
            return 1;
        }

        if (coverage.IsNew())
            corpus.Add(input);
        if (i % 1_000_000 == 0)
            Console.WriteLine($"{i:N0} executions, {i / watch.Elapsed.TotalSeconds:N0}/s, {coverage.Edges} edges, {corpus.Count - given} new inputs, {GC.GetTotalMemory(false) / 1024 / 1024} MB");
    }

    Console.WriteLine($"done: {executions:N0} executions in {watch.Elapsed.TotalSeconds:N0} s, seed {seed}, {coverage.Edges} edges, {corpus.Count - given} new inputs, no crash");
    if (directory is not null)
        File.WriteAllLines(Path.Combine(directory, "found.hex"), ["# Inputs that took new branches, found by the fuzzer.", .. corpus.Skip(given).Where(x => x.Length <= 200).Select(Convert.ToHexStringLower)]);
    return 0;
}
