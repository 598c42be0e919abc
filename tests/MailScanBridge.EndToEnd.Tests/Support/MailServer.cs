using MailScanBridge.Tests.Support;

namespace MailScanBridge.EndToEnd.Tests.Support;

/// <summary>A real SMTP server (aiosmtpd) on the server, and a real client (swaks) that delivers to it through the router.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly Namespaces _namespaces;
    private readonly ChildProcess _process;

    private MailServer(Namespaces namespaces, string aiosmtpd)
    {
        _namespaces = namespaces;
        _process = new ChildProcess([.. Namespaces.Prefix(namespaces.Server), aiosmtpd, "-n", "-d", "-l", $"{Namespaces.ServerAddress}:25", "-c", "aiosmtpd.handlers.Sink"]);
    }

    /// <summary>Starts it; the test is skipped where one of the two is absent.</summary>
    public static async Task<MailServer> RequireAsync(Namespaces namespaces, CancellationToken cancellationToken)
    {
        Require.Program("swaks", "swaks");
        var server = new MailServer(namespaces, Require.Program("aiosmtpd", "python3-aiosmtpd"));
        await server._process.PrintsAsync("Server is listening", cancellationToken);
        return server;
    }

    /// <summary>Delivers a file as it stands; the exit code is that of swaks, 0 where the server took it.</summary>
    public Task<(int ExitCode, string Output)> DeliverAsync(string path, CancellationToken cancellationToken) => ChildProcess.RunAsync(
        [.. Namespaces.Prefix(_namespaces.Client), "swaks", "--server", Namespaces.ServerAddress, "--timeout", "3", "--helo", "client.example", "--from", "alice@client.example", "--to", "bob@server.example", "--data", "@" + path],
        cancellationToken);

    /// <summary>The client can open a connection to it.</summary>
    public async Task<bool> ConnectsAsync(CancellationToken cancellationToken) => (await ChildProcess.RunAsync(
        [.. Namespaces.Prefix(_namespaces.Client), "swaks", "--server", Namespaces.ServerAddress, "--timeout", "1", "--quit-after", "HELO"], cancellationToken)).ExitCode == 0;

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
