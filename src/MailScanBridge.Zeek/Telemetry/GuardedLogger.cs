using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Zeek.Telemetry;

/// <summary>
/// A user's logger whose exceptions stay here: the client and the hub log from threads and tasks of their own, where an exception (a provider that is disposed already, a full disk) would end the program.
/// </summary>
internal sealed class GuardedLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception e)
        {
            Trace.TraceError("A logger failed: " + e);
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception e)
        {
            Trace.TraceError("A logger failed: " + e);
        }
    }
}
