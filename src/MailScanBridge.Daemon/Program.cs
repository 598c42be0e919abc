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

try
{
    var parse = root.Parse(args);
    var exit = await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return parse.Errors.Count > 0 ? 2 : exit; // 1 means that something bad was found
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
catch (QuarantineException e)
{
    await Console.Error.WriteLineAsync($"mailscan-bridge: {e.Message}");
    return 1;
}
