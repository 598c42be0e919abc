using System.CommandLine;
using MailScanBridge.Daemon.Commands;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Daemon.Hosting;

var root = new RootCommand("MailScanBridge scans the files that Zeek extracts, and brings the verdicts back into Zeek.")
{
    RunCommand.Create(),
    RespondCommand.Create(),
    QuarantineCommand.Create(),
    DemoCommand.Create(),
    ConfigCommands.CreateCheck(),
    ConfigCommands.CreateShow(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
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
