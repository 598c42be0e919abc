using MailScanBridge.Scanning.Commands;
using MailScanBridge.Scanning.Sandboxing;
using Microsoft.Extensions.Logging;

namespace MailScanBridge.Daemon.Hosting;

/// <summary>This machine's sandbox, tried once, when the first tool wants it; what the machine has is said then. Safe for concurrent use.</summary>
internal sealed class SandboxSearch(ILogger logger)
{
    private readonly Lazy<Task<Sandbox>> _sandbox = new(() => FindAsync(logger));

    /// <summary>The sandbox for a tool, or why it has none.</summary>
    public Task<Sandbox> ForAsync(CommandOptions options) => options.Sandbox == SandboxMode.Off ? Task.FromResult(Sandbox.None("switched off")) : _sandbox.Value;

    /// <summary>The sandbox, for whatever wants one.</summary>
    public Task<Sandbox> FindAsync() => _sandbox.Value;

    private static async Task<Sandbox> FindAsync(ILogger logger)
    {
        var sandbox = await Sandbox.FindAsync(CancellationToken.None);
        if (sandbox.Unavailable is { } why)
        {
            HostLog.NoSandbox(logger, why);
        }
        else
        {
            HostLog.SandboxFound(logger, sandbox.Version!);
        }

        return sandbox;
    }
}
