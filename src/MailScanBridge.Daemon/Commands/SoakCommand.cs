using System.CommandLine;
using System.Globalization;
using MailScanBridge.Daemon.Soak;

namespace MailScanBridge.Daemon.Commands;

/// <summary><c>mailscan-bridge soak</c>: load and harm for a daemon of its own, and a count of what became of every request.</summary>
internal static class SoakCommand
{
    private static readonly string[] Faults = ["none", "kill", "stop"];
    private static readonly string[] Parties = ["daemon", "scanner", "clamd", "hub"];

    public static Command Create()
    {
        var defaults = new SoakOptions();
        var rate = Number("--rate", "Requests a second.", defaults.Rate, min: 1);
        var time = Time("--for", "How long requests are sent.", defaults.For);
        var files = Number("--files", "Most requests, and beyond them only until the last of --faults; 0: as many as rate and time give.", defaults.Files);
        var harm = Names("--harm", $"Who is harmed, in turn: {string.Join(", ", Parties)}. A scanner that is harmed (a script in the sandbox), and clamd, alone decide about each file; a hub that is harmed is a process of its own.", defaults.Harm);
        var fault = new Option<string>("--fault") { Description = "What is done to them at random moments: kill (SIGKILL, and started again), stop (SIGSTOP, then SIGCONT).", DefaultValueFactory = _ => defaults.Fault };
        fault.AcceptOnlyFromAmong(Faults);
        var every = Time("--every", "Mean time between two faults.", defaults.Every);
        var faults = Number("--faults", "Most faults; 0: until the last request was sent.", defaults.Faults);
        var stopFor = Time("--stop-for", "How long what is stopped stays so.", defaults.StopFor);
        var oneBadIn = Number("--one-bad-in", "One file in so many is malicious, and goes into quarantine.", defaults.OneBadIn, min: 1);
        var seed = Number("--seed", "Of the random moments and files.", defaults.Seed);
        var command = new Command("soak", "Load a daemon of its own, in a temporary directory, and do it and those around it harm. Prints requests, answers, losses, duplicates, latency and growth; ends with 0 only where nothing was lost, wrong or left, and, over four minutes and more, nothing grew.")
        {
            rate, time, files, harm, fault, every, faults, stopFor, oneBadIn, seed,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var options = defaults with
            {
                Rate = parse.GetValue(rate),
                For = parse.GetValue(time),
                Files = parse.GetValue(files),
                Harm = parse.GetValue(harm)!,
                Fault = parse.GetValue(fault)!,
                Every = parse.GetValue(every),
                Faults = parse.GetValue(faults),
                StopFor = parse.GetValue(stopFor),
                OneBadIn = parse.GetValue(oneBadIn),
                Seed = parse.GetValue(seed),
            };
            return (await new SoakRun(options, Console.Out).RunAsync(cancellationToken)).IsGood ? 0 : 1;
        });
        return command;
    }

    /// <summary>By which the soak starts itself; not for people.</summary>
    public static Command CreateHub()
    {
        var xpub = new Argument<string>("xpub");
        var xsub = new Argument<string>("xsub");
        var command = new Command(SoakHub.Command, "A hub alone, for the soak.") { xpub, xsub };
        command.Hidden = true;
        command.SetAction((parse, cancellationToken) => SoakHub.RunAsync(parse.GetValue(xpub)!, parse.GetValue(xsub)!, cancellationToken));
        return command;
    }

    private static Option<IReadOnlyList<string>> Names(string name, string description, IReadOnlyList<string> fallback) => new(name)
    {
        Description = description,
        HelpName = "NAME,...",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            string[] names = [.. result.Tokens[^1].Value.Split(',', StringSplitOptions.TrimEntries).Distinct()];
            if (names.FirstOrDefault(n => !Parties.Contains(n)) is { } unknown)
            {
                result.AddError($"{name}: \"{Printable.Text(unknown, 40)}\" is none of {string.Join(", ", Parties)}.");
            }

            return names;
        },
    };

    private static Option<int> Number(string name, string description, int fallback, int min = 0)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < min)
            {
                result.AddError($"{name}: expected a whole number from {min}.");
            }
        });
        return option;
    }

    private static Option<TimeSpan> Time(string name, string description, TimeSpan fallback) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (ParseTime(text) is { } parsed)
            {
                return parsed;
            }

            result.AddError($"{name}: \"{Printable.Text(text, 40)}\" is no time; expected a number with s, m or h behind it, such as 10m.");
            return default;
        },
    };

    private static TimeSpan? ParseTime(string text) =>
        text.Length > 1 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000
            ? text[^1] switch { 's' => TimeSpan.FromSeconds(number), 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), _ => null }
            : null;
}
