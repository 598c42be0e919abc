using System.Globalization;
using Fuzz;
using SharpFuzz;

// dotnet run -c Release --project tests/Fuzz -- <target> [executions] [seed] [directory for new inputs]
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: fuzz TARGET [EXECUTIONS] [SEED] [DIRECTORY FOR NEW INPUTS]\nTargets are the directories in tests/Fuzz/Seeds.");
    return 2;
}

var executions = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
var seed = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;

// The copies of the libraries beside this program are rewritten before they are loaded, so nothing above may name a type of them.
foreach (var library in (string[])["MailScanBridge.Zeek.dll", "MailScanBridge.dll"])
{
    try
    {
        Fuzzer.Instrument(Path.Combine(AppContext.BaseDirectory, library), name => !name.Contains("Transport", StringComparison.Ordinal), Options.Value);
    }
    catch (InstrumentationException e) when (e.Message.Contains("already", StringComparison.OrdinalIgnoreCase))
    {
        Console.WriteLine($"{library} was instrumented before");
    }
}

return Campaign.Run(args[0], executions, seed, args.Length > 3 ? args[3] : null);
