using System.Diagnostics;
using Fuzz.Targets;

namespace Fuzz;

/// <summary>One run of the fuzzer against one target.</summary>
internal static class Campaign
{
    // Found inputs that are longer are not worth a line in the tree.
    private const int LongestFound = 400;

    public static int Run(string name, long executions, int seed, string? directory)
    {
        // First of all: instrumented code counts from its first branch on.
        var coverage = new Coverage();
        if (AllTargets.Find(name) is not { } target)
        {
            Console.Error.WriteLine($"There is no target {name}: it is one of {string.Join(", ", AllTargets.Names)}.");
            return 2;
        }

        var random = new Random(seed);
        var mutator = new Mutator(random, target.Tokens, target.MaxLength);
        var corpus = Seeds.Read(name);
        var given = corpus.Count;
        foreach (var input in corpus)
        {
            coverage.Reset();
            if (!Holds(target, input, twice: true, 0))
                return 1;
            coverage.IsNew();
        }

        Console.WriteLine($"{name}: {given} seeds reach {coverage.Edges} edges");
        var watch = Stopwatch.StartNew();
        for (long i = 1; i <= executions; i++)
        {
            var input = mutator.Mutate(corpus[random.Next(corpus.Count)], corpus[random.Next(corpus.Count)]);
            coverage.Reset();
            if (!Holds(target, input, twice: i % 16 == 0, i))
                return 1;
            if (coverage.IsNew())
                corpus.Add(input);
            if (i % Math.Min(1_000_000, Math.Max(1, executions / 10)) == 0)
                Console.WriteLine($"{i:N0} executions, {i / watch.Elapsed.TotalSeconds:N0}/s, {coverage.Edges} edges, {corpus.Count - given} new inputs, {GC.GetTotalMemory(false) / 1024 / 1024} MB");
        }

        Console.WriteLine($"{name}: done: {executions:N0} executions in {watch.Elapsed.TotalSeconds:N0} s, seed {seed}, {coverage.Edges} edges, {corpus.Count - given} new inputs, no crash");
        if (directory is not null)
        {
            Directory.CreateDirectory(directory);
            File.WriteAllLines(
                Path.Combine(directory, $"{name}-found.seeds"),
                ["# Inputs that took new branches, found by the fuzzer.", .. corpus.Skip(given).Where(x => x.Length <= LongestFound).Select(Convert.ToHexStringLower)]);
        }

        return 0;
    }

    private static bool Holds(Target target, byte[] input, bool twice, long execution)
    {
        try
        {
            target.Check(input, twice);
            return true;
        }
        catch (Exception e)
        {
            Console.WriteLine($"CRASH after {execution} executions with {Convert.ToHexStringLower(input)}\n{e}");
            return false;
        }
    }
}
