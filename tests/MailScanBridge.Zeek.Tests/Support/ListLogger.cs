using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Zeek.Tests.Support;

/// <summary>Keeps log lines.</summary>
internal sealed class ListLogger : ILogger<ZeekClient>, ILogger<ZeekHub>
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(formatter(state, exception));
}

/// <summary>A logger that fails, as one does whose disk is full.</summary>
internal sealed class ThrowingLogger : ILogger<ZeekClient>, ILogger<ZeekHub>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        throw new InvalidOperationException("the log is full");
}
