using System.CommandLine;

namespace MailScanBridge.Daemon.Commands;

/// <summary><c>--config</c>, the same for every command.</summary>
internal static class ConfigOption
{
    private const string DefaultPath = "/etc/mailscan-bridge/mailscan.yaml";

    public static Option<string?> Create() => new("--config", "-c")
    {
        Description = $"Configuration file. Default: {DefaultPath} where it exists, else the built-in configuration.",
        HelpName = "FILE",
    };

    public static string? Find(string? given) => given ?? (File.Exists(DefaultPath) ? DefaultPath : null);
}
