using System.Buffers.Binary;
using System.Net.Sockets;

namespace MailScanBridge.Tests.Scanning.Clamd;

/// <summary>A clamd that does what a test scripts, connection by connection; the last script serves all further ones.</summary>
internal sealed class FakeClamd : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Conversation, Task>[] _scripts;
    private readonly Task _loop;
    private readonly List<Task> _conversations = [];

    public FakeClamd(string directory, params Func<Conversation, Task>[] scripts)
    {
        Address = Path.Combine(directory, "clamd.sock");
        _scripts = scripts;
        _listener.Bind(new UnixDomainSocketEndPoint(Address));
        _listener.Listen();
        _loop = AcceptAsync();
    }

    public string Address { get; }

    public int Connections { get; private set; }

    /// <summary>What is told of the version in the midst of scans.</summary>
    public string Version { get; set; } = "ClamAV 1.4.6";

    /// <summary>Answers a whole scan with a fixed reply.</summary>
    public static Func<Conversation, Task> Replies(string reply) => async c =>
    {
        await c.ReadStreamAsync();
        await c.SendAsync(reply);
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _loop;
        await Task.WhenAll(_conversations);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                var script = _scripts[Math.Min(Connections++, _scripts.Length - 1)];
                _conversations.Add(ServeAsync(socket, script));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket, Func<Conversation, Task> script)
    {
        using (socket)
        {
            try
            {
                await script(new Conversation(socket, () => Version, _stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or EndOfStreamException)
            {
                // The scanner hung up first.
            }
        }
    }

    internal sealed class Conversation(Socket socket, Func<string> version, CancellationToken stop)
    {
        public async Task<string> ReadCommandAsync()
        {
            var text = "";
            while (!text.EndsWith('\0'))
            {
                text += (char)(await ReadAsync(1))[0];
            }

            return text;
        }

        /// <summary>Reads an INSTREAM command with its content to the terminating empty chunk.</summary>
        public async Task<byte[]> ReadStreamAsync()
        {
            var command = await ReadCommandAsync();
            if (command is "zPING\0" or "zVERSION\0")
            {
                await SendAsync(command == "zPING\0" ? "PONG\0" : version() + "\0");
                throw new EndOfStreamException(); // No scan: the conversation is over.
            }

            if (command != "zINSTREAM\0")
            {
                throw new InvalidDataException($"expected INSTREAM, not {command}");
            }

            var content = new MemoryStream();
            while (BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(4)) is var length && length > 0)
            {
                content.Write(await ReadAsync(length));
            }

            return content.ToArray();
        }

        public async Task SendAsync(string reply)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(reply);
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += await socket.SendAsync(bytes.AsMemory(sent), stop);
            }
        }

        public Task HangAsync() => Task.Delay(Timeout.Infinite, stop);

        public async Task<byte[]> ReadAsync(int count)
        {
            var bytes = new byte[count];
            for (var done = 0; done < count;)
            {
                var read = await socket.ReceiveAsync(bytes.AsMemory(done), stop);
                done += read > 0 ? read : throw new EndOfStreamException();
            }

            return bytes;
        }
    }
}
