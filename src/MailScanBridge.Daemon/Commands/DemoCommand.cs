using System.CommandLine;
using MailScanBridge.Daemon.Demo;

namespace MailScanBridge.Daemon.Commands;

/// <summary><c>mailscan-bridge demo</c>: the whole loop on this machine, in a temporary directory, with the sample mails.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var mails = new Option<string?>("--mails") { Description = "Directory with .eml files. Default: the sample mails.", HelpName = "DIR" };
        var standIn = new Option<bool>("--stand-in") { Description = "Use the stand-in sensor even where Zeek is installed." };
        var command = new Command("demo", "Show the whole loop: sample mails, scanned as Zeek sees them, with Zeek itself where it is installed.") { mails, standIn };
        command.SetAction((parse, cancellationToken) => DemoRun.RunAsync(parse.GetValue(mails), parse.GetValue(standIn), cancellationToken));
        return command;
    }
}
