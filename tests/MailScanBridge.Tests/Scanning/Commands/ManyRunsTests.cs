using System.Diagnostics;
using MailScanBridge.Scanning;
using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Sandboxing;
using MailScanBridge.Tests.Support;
using MailScanBridge.Tests.Unpacking;
using Xunit;

namespace MailScanBridge.Tests.Scanning.Commands;

/// <summary>Nothing is left behind, however a tool ends. MAILSCAN_RUNS sets how many runs (500); 10,000 take some minutes.</summary>
[Collection(nameof(Alone))]
public sealed class ManyRunsTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(SandboxMode.Required)]
    [InlineData(SandboxMode.Off)]
    public async Task After_many_runs_there_is_no_zombie_no_process_and_no_open_file_left(SandboxMode mode)
    {
        var runs = int.Parse(Environment.GetEnvironmentVariable("MAILSCAN_RUNS") ?? "500", System.Globalization.CultureInfo.InvariantCulture);
        var sandbox = mode == SandboxMode.Off ? Sandbox.None("not in this test") : Sandboxes.Here;
        var marker = $"600.{Random.Shared.NextInt64(1_000_000_000, 9_999_999_999)}";
        var sample = _folder.Write("sample", new byte[10_000]);
        var working = Scanner(["/bin/echo", "{sample}"]);
        var failing = Scanner(["/bin/sh", "-c", "exit 3", "sh", "{sample}"]);
        var absent = Scanner(["/nowhere/tool", "{sample}"]);
        var flooding = Scanner(["yes", "{sample}"]);
        var hanging = Scanner(["/bin/sh", "-c", $"sleep {marker} & sleep {marker}", "sh", "{sample}"]);
        await RunAsync(0);
        await RunAsync(7);
        var before = OpenFiles();
        var clock = Stopwatch.StartNew();

        await Parallel.ForAsync(0, runs, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (run, _) => await RunAsync(run));

        var elapsed = clock.Elapsed;
        await Wait.UntilAsync(() => Processes.Zombies() == 0, "no zombie");
        await Wait.UntilAsync(() => Processes.With(marker) == 0, "no process");
        await Wait.UntilAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return OpenFiles() <= before + 20; // the runtime opens some itself; a leak would be as many as there were runs
            },
            $"the files to be closed ({before} before, {OpenFiles()} now)");
        Assert.Equal([sample], Directory.GetFiles(_folder.Path));
        output.WriteLine($"{runs} runs in {elapsed.TotalSeconds:0.0} s, sandbox {mode}: 0 zombies, 0 processes, {OpenFiles() - before} more open files than before");

        async ValueTask RunAsync(int run)
        {
            var (scanner, outcome) = (run % 100) switch
            {
                90 or 91 or 92 or 93 => (failing, ScanOutcome.Failed),
                94 or 95 => (absent, ScanOutcome.Failed),
                96 or 97 => (flooding, ScanOutcome.Failed),
                98 => (hanging, ScanOutcome.Failed),
                _ => (working, ScanOutcome.NoOpinion),
            };
            Assert.Equal(outcome, (await scanner.ScanAsync(Make.Item(path: sample), TestContext.Current.CancellationToken)).Outcome);
        }

        CommandScanner Scanner(IReadOnlyList<string> command) => new(
            "tool", new CommandOptions { Command = command, Sandbox = mode, MaxOutput = 1000 }.Within(command.Contains("sh") && command[2].StartsWith("sleep", StringComparison.Ordinal) ? 1 : 60, concurrency: 4), sandbox, TimeProvider.System);
    }

    public void Dispose() => _folder.Dispose();

    private static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Length;
}
