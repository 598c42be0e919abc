using System.CommandLine;
using MailScanBridge.Daemon.Commands;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Hosting;

var root = new RootCommand("MailScanBridge scans the files that Zeek extracts, and brings the verdicts back into Zeek.")
{
    RunCommand.Create(),
    ScanCommand.Create(),
    ScanCommand.CreateExplain(),
    RespondCommand.Create(),
    QuarantineCommand.Create(),
    DemoCommand.Create(),
    SoakCommand.Create(),
    SoakCommand.CreateHub(),
    ConfigCommands.CreateCheck(),
    ConfigCommands.CreateShow(),
};

ParseResult? parsed = null;
try
{
    parsed = root.Parse(args);
    var exit = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return parsed.Errors.Count > 0 ? 2 : exit; // 1 means that something bad was found
}
catch (ConfigException e)
{
    foreach (var error in e.Errors)
    {
        await Console.Error.WriteLineAsync(error.ToString());
    }

    return 2;
}
catch (StartException e)
{
    await Console.Error.WriteLineAsync($"mailscan-bridge: {e.Message}");
    return 2;
}
catch (IOException e) when (parsed?.CommandResult.Command.Name is "scan" or "explain")
{
    // Only the output is written here; what becomes of each file is in its verdict.
    await Console.Error.WriteLineAsync($"mailscan-bridge: the results could not be written: {e.Message}. Nothing printed so far is complete");
    return 2;
}
catch (QuarantineException e)
{
    await Console.Error.WriteLineAsync($"mailscan-bridge: {e.Message}");
    return 1;
}
