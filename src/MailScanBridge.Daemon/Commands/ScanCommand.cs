using System.CommandLine;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Scan;

namespace MailScanBridge.Daemon.Commands;

/// <summary><c>mailscan-bridge scan</c> and <c>explain</c>: what the daemon does with a file, on the command line.</summary>
internal static class ScanCommand
{
    public static Command Create()
    {
        var targets = new Argument<string[]>("FILE") { Description = "Files; directories, with all below them (links inside are not followed); - for standard input.", Arity = ArgumentArity.OneOrMore };
        targets.Validators.Add(result =>
        {
            foreach (var name in result.Tokens.Select(t => t.Value).Where(v => v.StartsWith('-') && v != ScanTargets.StandardInput))
            {
                result.AddError($"{Printable.Text(name)}: no such option; a file of that name is ./{Printable.Text(name)}");
            }
        });
        var json = new Option<bool>("--json") { Description = "One JSON object a line, with the fields of the verdict log; the summary goes to standard error." };
        var explain = new Option<bool>("--explain") { Description = "Say of each part by what its type was found, its plan, and why each step ran or did not." };
        var jobs = new Option<int>("--jobs", "-j") { Description = "Files scanned at a time. Default: the number of processors.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
        jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1024)
            {
                result.AddError("--jobs: expected a whole number from 1 to 1024");
            }
        });
        var maxSize = MaxSizeOption();
        var config = ConfigOption.Create();
        var command = new Command("scan", "Scan files as the daemon does. Exit code: 0 all clean, 1 something malicious or suspicious, 2 something could not be scanned.")
        {
            targets, json, explain, jobs, maxSize, config,
        };
        command.SetAction((parse, cancellationToken) => RunAsync(
            parse.GetValue(config),
            new ScanOptions
            {
                Targets = parse.GetValue(targets)!,
                Json = parse.GetValue(json),
                Explain = parse.GetValue(explain),
                Jobs = parse.GetValue(jobs),
                MaxSize = SizeOf(parse.GetValue(maxSize)),
            },
            cancellationToken));
        return command;
    }

    public static Command CreateExplain()
    {
        var target = new Argument<string>("FILE") { Description = "A file, or - for standard input." };
        var planOnly = new Option<bool>("--plan-only") { Description = "Print type, route and plan, and scan nothing." };
        var maxSize = MaxSizeOption();
        var config = ConfigOption.Create();
        var command = new Command("explain", "Say what a file is and by what that was found, which plan follows, and, having run it, why each step ran or did not.") { target, planOnly, maxSize, config };
        command.SetAction((parse, cancellationToken) =>
        {
            var path = parse.GetValue(config);
            var options = new ScanOptions { Targets = [parse.GetValue(target)!], Explain = true, MaxSize = SizeOf(parse.GetValue(maxSize)) };
            return parse.GetValue(planOnly)
                ? ScanRun.PlanAsync(Load(path), options, Console.Out, Console.Error, cancellationToken)
                : RunAsync(path, options, cancellationToken);
        });
        return command;
    }

    private static Task<int> RunAsync(string? config, ScanOptions options, CancellationToken cancellationToken) =>
        ScanRun.RunAsync(Load(config), options, Console.Out, Console.Error, terminal: !Console.IsErrorRedirected, cancellationToken);

    private static BridgeConfig Load(string? path) => ConfigLoader.Load(ConfigOption.Find(path), Environment.GetEnvironmentVariable);

    private static Option<string?> MaxSizeOption()
    {
        var option = new Option<string?>("--max-size") { Description = "Largest file that is scanned: bytes, or such as 25MiB. Default: 2GiB.", HelpName = "SIZE" };
        option.Validators.Add(result =>
        {
            if (ConfigSection.ParseSize(result.GetValueOrDefault<string>() ?? "1") is null)
            {
                result.AddError("--max-size: expected a size above zero: bytes, or a number and KiB, MiB or GiB, such as 25MiB");
            }
        });
        return option;
    }

    private static long SizeOf(string? text) => text is not null && ConfigSection.ParseSize(text) is { } size ? size : new ScanOptions { Targets = [] }.MaxSize;
}
