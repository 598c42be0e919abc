using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MailScanBridge.Scanning.Clamd;

/// <summary>One connection to clamd, for one command. Not safe for concurrent use.</summary>
internal sealed class ClamdConnection : IDisposable
{
    private const int ChunkSize = 64 * 1024;
    private const int MaxReply = 4096;
    private readonly Socket _socket;

    private ClamdConnection(Socket socket) => _socket = socket;

    /// <summary>Connects to a socket's path, or to <c>tcp://host:port</c>.</summary>
    public static async Task<ClamdConnection> OpenAsync(string address, CancellationToken cancellationToken)
    {
        var tcp = address.StartsWith("tcp://", StringComparison.Ordinal) ? new Uri(address) : null;
        var socket = tcp is null
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await (tcp is null
                ? socket.ConnectAsync(new UnixDomainSocketEndPoint(address), cancellationToken)
                : socket.ConnectAsync(tcp.Host, tcp.Port, cancellationToken));
            return new ClamdConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A command that needs nothing but its name, such as PING.</summary>
    public async Task<string> AskAsync(string command, CancellationToken cancellationToken)
    {
        await SendAllAsync(Encoding.ASCII.GetBytes($"z{command}\0"), cancellationToken);
        return await ReadReplyAsync(cancellationToken);
    }

    /// <summary>INSTREAM: the content travels, in chunks with their length before them.</summary>
    public async Task<string> StreamAsync(Stream content, CancellationToken cancellationToken)
    {
        await SendAllAsync("zINSTREAM\0"u8.ToArray(), cancellationToken);
        var buffer = new byte[4 + ChunkSize];
        try
        {
            int read;
            do
            {
                read = await content.ReadAsync(buffer.AsMemory(4), cancellationToken);
                BinaryPrimitives.WriteInt32BigEndian(buffer, read);
                await SendAllAsync(buffer.AsMemory(0, 4 + read), cancellationToken);
            }
            while (read > 0);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // clamd answers and hangs up while we still write, for example at its size limit: the answer is there to be read.
        }

        return await ReadReplyAsync(cancellationToken);
    }

    /// <summary>FILDES: the open file itself travels, without a copy. Unix sockets only.</summary>
    public async Task<string> PassAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        await SendAllAsync("zFILDES\0"u8.ToArray(), cancellationToken);
        try
        {
            FilePassing.Send(_socket, file);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // It has answered already, and hung up: for want of the command, or of threads. The answer is there to be read.
        }

        return await ReadReplyAsync(cancellationToken);
    }

    public void Dispose() => _socket.Dispose();

    private async Task SendAllAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            data = data[await _socket.SendAsync(data, cancellationToken)..];
        }
    }

    /// <summary>Reads to the terminating NUL (or newline: clamd's own time-out message ends so), or to the end of the connection.</summary>
    private async Task<string> ReadReplyAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxReply];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await _socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += read;
            if (read == 0 || buffer[length - 1] is 0 or (byte)'\n')
            {
                break;
            }
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
