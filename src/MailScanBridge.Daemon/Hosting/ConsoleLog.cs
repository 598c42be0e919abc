using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>How the daemon logs: a line each on standard output, times in UTC; the service manager keeps them.</summary>
internal static class ConsoleLog
{
    public static void Configure(ILoggingBuilder builder) => builder.AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole(o =>
    {
        o.SingleLine = true;
        o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        o.UseUtcTimestamp = true;
    });
}
