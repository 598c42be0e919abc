using System.CommandLine;
using MailScanBridge.Daemon.Configuration;

namespace MailScanBridge.Daemon.Commands;

/// <summary><c>mailscan-bridge check-config</c> and <c>show-config</c>.</summary>
internal static class ConfigCommands
{
    public static Command CreateCheck()
    {
        var config = ConfigOption.Create();
        var command = new Command("check-config", "Check the configuration and say what is wrong with it, with file and line.") { config };
        command.SetAction(parse =>
        {
            var path = ConfigOption.Find(parse.GetValue(config));
            var loaded = ConfigLoader.Load(path, Environment.GetEnvironmentVariable);
            Console.WriteLine($"{path ?? "built-in configuration"}: good ({loaded.Scanners.Count} scanners, {loaded.Routes.Count} routes, spool {loaded.Custody.Spool})");
            return 0;
        });
        return command;
    }

    public static Command CreateShow()
    {
        var command = new Command("show-config", "Print the built-in configuration, with its comments: a start for your own.");
        command.SetAction(_ =>
        {
            Console.Write(ConfigLoader.BuiltInText);
            return 0;
        });
        return command;
    }
}
