using System.CommandLine;
using MailScanBridge.Daemon.Configuration;
using MailScanBridge.Retention;

namespace MailScanBridge.Daemon.Commands;

/// <summary><c>mailscan-bridge quarantine list|restore|delete</c>: for people, beside a daemon that runs or not.</summary>
internal static class QuarantineCommand
{
    public static Command Create() => new("quarantine", "See, take out or remove the files that were kept after a bad verdict. Each use is a line in audit.json in the state directory.")
    {
        CreateList(),
        CreateRestore(),
        CreateDelete(),
    };

    private static Command CreateList()
    {
        var config = ConfigOption.Create();
        var asJson = new Option<bool>("--json") { Description = "Everything that is known of each, as a JSON object a line." };
        var command = new Command("list", "List what is kept, the latest first.") { config, asJson };
        command.SetAction(parse => Open(parse, config).List(parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error, parse.GetValue(asJson)));
        return command;
    }

    private static Command CreateRestore()
    {
        var config = ConfigOption.Create();
        var sha256 = new Argument<string>("SHA256") { Description = "As the list shows it." };
        var to = new Option<string>("--to") { Description = "Existing directory for the file. It is named by its hash, mode 0600, and never overwrites.", HelpName = "DIR", Required = true };
        var password = new Option<string?>("--password") { Description = "Of the zip, where it was another than quarantine.password when the file was kept.", HelpName = "TEXT" };
        var command = new Command("restore", "Take a file out of its zip. It is what it is: do not open it.") { config, sha256, to, password };
        command.SetAction((parse, cancellationToken) =>
        {
            Open(parse, config).Restore(parse.InvocationConfiguration.Output, Hash(parse.GetValue(sha256)!), parse.GetValue(to)!, parse.GetValue(password), cancellationToken);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command CreateDelete()
    {
        var config = ConfigOption.Create();
        var sha256 = new Argument<string?>("SHA256") { Description = "As the list shows it.", Arity = ArgumentArity.ZeroOrOne };
        var olderThan = new Option<string?>("--older-than") { Description = "Instead of a hash: everything that was last seen longer ago, such as 30d.", HelpName = "DURATION" };
        var command = new Command("delete", "Remove a file, or all that are old, for good.") { config, sha256, olderThan };
        command.SetAction((parse, cancellationToken) =>
        {
            var desk = Open(parse, config);
            return (parse.GetValue(sha256), parse.GetValue(olderThan)) switch
            {
                ({ } one, null) => desk.DeleteAsync(parse.InvocationConfiguration.Output, Hash(one), cancellationToken),
                (null, { } age) => desk.DeleteOlderAsync(
                    parse.InvocationConfiguration.Output,
                    ConfigSection.ParseDuration(age) ?? throw new QuarantineException($"--older-than {Printable.Text(age, 60)}: expected a number and ms, s, m, h or d, such as 30d."),
                    cancellationToken),
                _ => throw new QuarantineException("Give either a SHA256 or --older-than."),
            };
        });
        return command;
    }

    private static QuarantineDesk Open(ParseResult parse, Option<string?> config)
    {
        var loaded = ConfigLoader.Load(ConfigOption.Find(parse.GetValue(config)), Environment.GetEnvironmentVariable);
        return new QuarantineDesk(loaded.Quarantine, loaded.AuditLogPath, TimeProvider.System, AuditCaller.Command(Environment.GetEnvironmentVariable));
    }

    private static string Hash(string given) => given.ToLowerInvariant() is var sha256 && QuarantineFolder.IsSha256(sha256)
        ? sha256
        : throw new QuarantineException($"\"{Printable.Text(given, 80)}\" is no SHA-256: expected 64 hexadecimal digits, as `mailscan-bridge quarantine list` shows them.");
}

/// <summary>What was asked of the quarantine cannot be done; the message says why.</summary>
internal sealed class QuarantineException(string message, Exception? inner = null) : Exception(message, inner);
