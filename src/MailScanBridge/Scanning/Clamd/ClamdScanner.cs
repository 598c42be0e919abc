using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using MailScanBridge.Scanning.Resilience;
using MailScanBridge.Unpacking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailScanBridge.Scanning.Clamd;

/// <summary>
/// Asks a running clamd over its socket (INSTREAM: the content travels, so clamd needs no access to the store). One
/// connection a scan. Safe for concurrent use.
/// </summary>
public sealed class ClamdScanner : IScanner
{
    private const int ChunkSize = 64 * 1024;
    private const int MaxReply = 4096;
    private readonly ClamdOptions _options;
    private readonly ToolGuard _guard;

    /// <param name="name">As configuration, routes and verdicts call it.</param>
    /// <param name="options">Where it is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told once when clamd is down, and once when it is back.</param>
    public ClamdScanner(string name, ClamdOptions options, TimeProvider time, ILogger? logger = null)
    {
        Name = name;
        _options = options;
        _guard = new ToolGuard(name, options.Guard, time, logger ?? NullLogger.Instance);
    }

    public string Name { get; }

    public string? Version { get; private set; }

    public bool LooksAtContent => true;

    /// <summary>Asks clamd for its version; null where it does not answer.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var socket = await ConnectAsync(limit.Token);
            await socket.SendAsync("zVERSION\0"u8.ToArray(), limit.Token);
            var reply = await ReadReplyAsync(socket, limit.Token);
            return Version = reply.StartsWith("ClamAV ", StringComparison.Ordinal) ? Printable.Text(reply["ClamAV ".Length..].TrimEnd('\0', '\n'), 60) : null;
        }
        catch (Exception e) when (e is SocketException or IOException or ArgumentException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null; // Not there: the caller reports the scanner as absent.
        }
    }

    public async ValueTask<ScannerResult> ScanAsync(ScanItem item, CancellationToken cancellationToken)
    {
        if (item.Size > _options.MaxSize)
        {
            return ScannerResult.Failed(Reasons.TooLarge, $"{item.Size} bytes; this scanner takes {_options.MaxSize} (max_size)");
        }

        return await _guard.RunAsync(token => TryAsync(item.Path, token), cancellationToken);
    }

    /// <summary>A connection that clamd refused or dropped, as it does while it reloads its database, is a fault that may pass.</summary>
    private async ValueTask<ScannerResult> TryAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(path, cancellationToken);
        }
        catch (SocketException e)
        {
            throw new ToolFaultException($"{_options.Address}: {e.Message}", isTransient: true, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return ScannerResult.Failed(Reasons.ToolDown, e.Message); // The sample cannot be read, or the address cannot be one.
        }
    }

    private async ValueTask<ScannerResult> AskAsync(string path, CancellationToken cancellationToken)
    {
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        using var socket = await ConnectAsync(cancellationToken);
        await socket.SendAsync("zINSTREAM\0"u8.ToArray(), cancellationToken);
        var buffer = new byte[4 + ChunkSize];
        try
        {
            int read;
            do
            {
                read = await content.ReadAsync(buffer.AsMemory(4), cancellationToken);
                BinaryPrimitives.WriteInt32BigEndian(buffer, read);
                await SendAllAsync(socket, buffer.AsMemory(0, 4 + read), cancellationToken);
            }
            while (read > 0);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // clamd answers and hangs up while we still write, for example at its size limit: the answer is there to be read.
        }

        return ClamdReply.Parse(await ReadReplyAsync(socket, cancellationToken));
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            data = data[await socket.SendAsync(data, cancellationToken)..];
        }
    }

    /// <summary>Reads to the terminating NUL (or newline: clamd's own time-out message ends so), or to the end of the connection.</summary>
    private static async Task<string> ReadReplyAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxReply];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += read;
            if (read == 0 || buffer[length - 1] is 0 or (byte)'\n')
            {
                break;
            }
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var tcp = _options.Address.StartsWith("tcp://", StringComparison.Ordinal) ? new Uri(_options.Address) : null;
        var socket = tcp is null
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await (tcp is null
                ? socket.ConnectAsync(new UnixDomainSocketEndPoint(_options.Address), cancellationToken)
                : socket.ConnectAsync(tcp.Host, tcp.Port, cancellationToken));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
