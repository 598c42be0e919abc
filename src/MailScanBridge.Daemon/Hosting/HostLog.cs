using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>Every line the host logs; ids from 10000.</summary>
internal static partial class HostLog
{
    [LoggerMessage(10000, LogLevel.Information, "mailscan-bridge {Version}: bridge {Bridge}, hub {HubXPub} and {HubXSub} ({HubRole}), spool {Spool}, state {State}")]
    public static partial void Started(ILogger logger, string version, string bridge, string hubXPub, string hubXSub, string hubRole, string spool, string state);

    [LoggerMessage(10001, LogLevel.Information, "Scanner {Name} {Version}")]
    public static partial void ScannerFound(ILogger logger, string name, string version);

    [LoggerMessage(10002, LogLevel.Information, "Scanner {Name} is absent: {Why}")]
    public static partial void ScannerAbsent(ILogger logger, string name, string why);

    [LoggerMessage(10004, LogLevel.Information, "mailscan-bridge {Version}: responder of bridge {Bridge}, hub {HubXPub} and {HubXSub}, table inet {Table}")]
    public static partial void ResponderStarted(ILogger logger, string version, string bridge, string hubXPub, string hubXSub, string table);

    [LoggerMessage(10010, LogLevel.Warning, "URL command {Name} is absent: {Why}. What it is asked is answered with tool_down.")]
    public static partial void UrlCommandAbsent(ILogger logger, string name, string why);

    [LoggerMessage(10011, LogLevel.Information, "Unpacker {Name}")]
    public static partial void UnpackerFound(ILogger logger, string name);

    [LoggerMessage(10012, LogLevel.Information, "Unpacker {Name} is absent: {Why}. What only it opens is unscanned.")]
    public static partial void UnpackerAbsent(ILogger logger, string name, string why);

    [LoggerMessage(10008, LogLevel.Warning, "Scanner {Name}: {Problem} The line is left out.")]
    public static partial void ListMalformed(ILogger logger, string name, string problem);

    [LoggerMessage(10009, LogLevel.Error, "Scanner {Name}: its list has changed and cannot be used; the old one stays: {Problem}")]
    public static partial void ListRefused(ILogger logger, string name, string problem);

    [LoggerMessage(10003, LogLevel.Critical, "The daemon ends: {Problem}")]
    public static partial void Failed(ILogger logger, string problem, Exception exception);

    [LoggerMessage(10006, LogLevel.Information, "Sandbox: bubblewrap {Version}")]
    public static partial void SandboxFound(ILogger logger, string version);

    [LoggerMessage(10013, LogLevel.Warning, "Scanner {Name} is used though {Why} (allow_unsafe_paths)")]
    public static partial void UnsafePath(ILogger logger, string name, string why);

    [LoggerMessage(10007, LogLevel.Warning, "No sandbox: {Why}. Commands are refused unless their option sandbox, or the configuration's, is if_available or off; then they run without limits on memory, processor, files and network.")]
    public static partial void NoSandbox(ILogger logger, string why);
}
