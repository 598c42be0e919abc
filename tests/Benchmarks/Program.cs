using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- codec
// dotnet run -c Release --project tests/Benchmarks -- compare      to set beside broker.cc
// dotnet run -c Release --project tests/Benchmarks -- hub [events] [rounds]
// dotnet run -c Release --project tests/Benchmarks -- hashes [lines]
switch (args.FirstOrDefault())
{
    case "hub":
        await HubBenchmark.RunAsync(args.Length > 1 ? int.Parse(args[1], null) : 200_000, args.Length > 2 ? int.Parse(args[2], null) : 3);
        return 0;
    case "hashes":
        await HashListBenchmark.RunAsync(args.Length > 1 ? int.Parse(args[1], null) : 5_000_000);
        return 0;
    case "codec":
        // In this process: the machine is small, and what is measured takes microseconds.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(8).WithIterationTime(Perfolizer.Horology.TimeInterval.FromMilliseconds(150));
        BenchmarkRunner.Run<CodecBenchmarks>(DefaultConfig.Instance.AddJob(job).WithArtifactsPath(Path.Combine(Path.GetTempPath(), "benchmarks")));
        return 0;
    case "payloads":
        foreach (var name in CodecCompared.Names)
            Console.WriteLine($"{name} {Convert.ToHexStringLower(Payloads.Bytes(name))}");
        return 0;
    case "compare":
        CodecCompared.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: codec | payloads | compare | hub [events] [rounds] | hashes [lines]");
        return 2;
}
